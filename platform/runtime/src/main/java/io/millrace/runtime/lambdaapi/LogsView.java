package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.logs.FunctionLogs;
import io.millrace.runtime.logs.LogCursor;
import io.millrace.runtime.logs.LogPage;
import io.millrace.runtime.logs.LogQuery;
import io.millrace.runtime.registry.FunctionAdministration;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a function wrote, page by page, and on request the next lines as soon as there are some. Event loop only, but for
 * {@link #close}.
 */
final class LogsView {
    static final String PATH = "/_millrace/functions/:" + LambdaApi.FUNCTION_NAME + "/logs";
    static final String ACTION = "millrace:GetLogs";

    private static final int USUAL_LIMIT = 100;
    private static final int HIGHEST_LIMIT = 1_000;
    private static final int MOST_OF_LAST = 10_000;
    private static final int LONGEST_WAIT_SECONDS = 30;
    /** Whoever comes while so many wait is answered at once, and asks again. */
    private static final int MOST_WAITING = 1_000;

    private final Vertx vertx;
    private final FunctionLogs logs;
    private final FunctionAdministration functions;
    private final FunctionLocator locator;
    private final InstantSource clock;
    private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    LogsView(
            Vertx vertx,
            FunctionLogs logs,
            FunctionAdministration functions,
            FunctionLocator locator,
            InstantSource clock) {
        this.vertx = vertx;
        this.logs = logs;
        this.functions = functions;
        this.locator = locator;
        this.clock = clock;
    }

    /**
     * What somebody asks for.
     *
     * @param last begins so many lines before the end; 0 begins at the query's cursor
     * @param deadlineNanos on the clock of {@link System#nanoTime}: an answer without lines waits so long for some
     */
    private record Asked(FunctionName function, LogQuery query, int last, long deadlineNanos) {
        Asked from(LogCursor next) {
            return new Asked(
                    function, new LogQuery(next, query.requestId(), query.since(), query.limit()), 0, deadlineNanos);
        }
    }

    /** Answers with lines that are there, or with none when the wait is over. */
    Future<Reply> show(Request request) {
        FunctionArn arn = locator.named(request, "GetLogs");
        if (arn.qualifier().isPresent()) {
            throw new InvalidParameterValueException("function name is '" + request.functionName()
                    + "', expected one without a version: the lines say of which they are");
        }
        if (!logs.isOn()) {
            throw new InvalidParameterValueException(
                    "setting logs.maxBytesPerFunction is 0: this server keeps no logs of functions");
        }
        Asked asked = asked(request, arn.function());
        boolean isKnown = functions.find(arn.function()).isPresent();
        return request.blocking(() -> isKnown || logs.exist(arn.function())).compose(exists -> {
            if (!exists) {
                throw FunctionLocator.notFound(arn);
            }
            return page(request, asked);
        });
    }

    private Asked asked(Request request, FunctionName function) {
        Optional<LogCursor> cursor = request.query("cursor").map(LogsView::cursor);
        Optional<Instant> since = request.query("since").map(this::instant);
        int last = number(request, "last", 0, 1, MOST_OF_LAST);
        if (last > 0 && (cursor.isPresent() || since.isPresent())) {
            throw new InvalidParameterValueException("last is given, expected neither cursor nor since beside it");
        }
        long waitSeconds = number(request, "wait", 0, 0, LONGEST_WAIT_SECONDS);
        LogQuery query = new LogQuery(
                cursor.orElse(LogCursor.START),
                request.query("request-id").filter(id -> !id.isEmpty()),
                since,
                number(request, "limit", USUAL_LIMIT, 1, HIGHEST_LIMIT));
        return new Asked(
                function,
                query,
                last,
                System.nanoTime() + Duration.ofSeconds(waitSeconds).toNanos());
    }

    private static LogCursor cursor(String text) {
        return LogCursor.parse(text)
                .orElseThrow(() -> new InvalidParameterValueException(
                        "cursor is '" + text + "', expected one of an earlier answer"));
    }

    private Instant instant(String text) {
        try {
            return text.startsWith("P") ? clock.instant().minus(Duration.parse(text)) : Instant.parse(text);
        } catch (DateTimeException | ArithmeticException malformed) {
            throw new InvalidParameterValueException("since is '" + text
                    + "', expected a time such as 2026-11-21T20:15:00Z or a duration before now such as PT10M");
        }
    }

    private static int number(Request request, String name, int absent, int low, int high) {
        Optional<String> text = request.query(name);
        if (text.isEmpty()) {
            return absent;
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number >= low && number <= high) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw outOfRange(name, text.get(), low, high);
        }
        throw outOfRange(name, text.get(), low, high);
    }

    private static InvalidParameterValueException outOfRange(String name, String text, int low, int high) {
        return new InvalidParameterValueException(
                name + " is '" + text + "', expected a number from " + low + " to " + high);
    }

    private Future<Reply> page(Request request, Asked asked) {
        long generation = logs.generation(asked.function());
        return request.blocking(() -> read(asked)).compose(page -> {
            boolean isWorthWaiting = page.lines().isEmpty() && page.isEnd() && !page.isGap();
            if (!isWorthWaiting || isLate(asked) || closed || waiting.size() >= MOST_WAITING) {
                return Future.succeededFuture(Reply.json(200, render(page, asked)));
            }
            return more(asked, generation).compose(woken -> page(request, asked.from(page.next())));
        });
    }

    private LogPage read(Asked asked) throws IOException {
        if (asked.last() == 0) {
            return logs.read(asked.function(), asked.query());
        }
        LogCursor begin = logs.beforeLast(asked.function(), asked.last());
        return logs.read(asked.function(), asked.from(begin).query());
    }

    private static boolean isLate(Asked asked) {
        return System.nanoTime() - asked.deadlineNanos() >= 0;
    }

    /** Ends when there may be more, and at the latest at the deadline. */
    private Future<Void> more(Asked asked, long generation) {
        Context context = vertx.getOrCreateContext();
        Promise<Void> woken = Promise.promise();
        Runnable wake = () -> context.runOnContext(now -> woken.tryComplete());
        waiting.add(wake);
        Runnable forget = logs.onMore(asked.function(), generation, wake);
        long left = Duration.ofNanos(asked.deadlineNanos() - System.nanoTime()).toMillis();
        long timer = vertx.setTimer(Math.max(1, left), late -> woken.tryComplete());
        if (closed) { // Meanwhile, so that nobody else wakes it.
            wake.run();
        }
        return woken.future().onComplete(over -> {
            waiting.remove(wake);
            forget.run();
            vertx.cancelTimer(timer);
        });
    }

    private static ObjectNode render(LogPage page, Asked asked) {
        ObjectNode body = Json.object();
        ArrayNode lines = body.putArray("lines");
        page.lines().forEach(lines::add);
        body.put("cursor", page.next().toString()).put("more", !page.isEnd());
        // As an instant, for the pages that follow.
        asked.query().since().ifPresent(since -> body.put("since", since.toString()));
        if (page.isGap()) {
            body.put("gap", true);
        }
        return body;
    }

    /** Answers all who wait, so that a stop does not. From any thread. */
    void close() {
        closed = true;
        waiting.forEach(Runnable::run);
    }
}
