package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = {
            "What a function wrote, and what the platform reports of each invocation; oldest first.",
            "Without --since and --request-id the last lines."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class LogsCommand implements Callable<Integer> {
    private static final int USUAL_LIMIT = 100;
    private static final int MOST_OF_LAST = 10_000;
    private static final int PAGE = 1_000;
    /** The server answers without lines after this. */
    private static final int WAIT_SECONDS = 20;

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int ID_SHOWN = 8;
    /** What a function writes must not steer the terminal. */
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}&&[^\t\n]]");

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "FUNCTION", description = "Name of the function.")
    private String function;

    @Option(names = "--follow", description = "Goes on with what is written from now on, until Ctrl-C.")
    private boolean follow;

    @Option(names = "--request-id", paramLabel = "ID", description = "Of this invocation only.")
    private @Nullable String requestId;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Not older than this: 30s, 10m, 2h, 1d, or a time such as 2026-11-21T20:15:00Z.")
    private @Nullable String since;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description =
                    "At most so many lines that are there already. Default: 100, or all of --since or --request-id.")
    private @Nullable Integer limit;

    @Option(names = "--json", description = "Each line as the server has it, a JSON object.")
    private boolean json;

    private String cursor = "";
    private String sinceInstant = "";
    private long left;

    @Override
    public Integer call() {
        if (limit != null && (limit < 1 || (isTail() && limit > MOST_OF_LAST))) {
            throw new ParameterException(
                    spec.commandLine(), "--limit is " + limit + ", expected a number from 1 to " + MOST_OF_LAST);
        }
        sinceInstant = since == null ? "" : time(since);
        left = limit == null ? (isTail() ? USUAL_LIMIT : Long.MAX_VALUE) : limit;
        LambdaClient client = server.client();
        boolean isEnd = false;
        while (left > 0 && !isEnd) {
            isEnd = show(client.get(path(first(), 0)));
        }
        while (follow && !spec.commandLine().getOut().checkError()) {
            followOn(client);
        }
        return ExitCode.OK.code();
    }

    private boolean isTail() {
        return since == null && requestId == null;
    }

    private static String time(String text) {
        if (text.matches("\\d{1,9}[smh]")) {
            return "PT" + text.toUpperCase(Locale.ROOT);
        }
        return text.matches("\\d{1,9}d") ? "P" + text.toUpperCase(Locale.ROOT) : text;
    }

    private String first() {
        return cursor.isEmpty() && isTail() ? "&last=" + left : "";
    }

    private String path(String more, int waitSeconds) {
        StringBuilder path = new StringBuilder("/_millrace/functions/")
                .append(LambdaClient.segment(function))
                .append("/logs?limit=")
                .append(waitSeconds > 0 ? PAGE : Math.min(PAGE, left))
                .append(more);
        add(path, "cursor", cursor);
        add(path, "since", sinceInstant);
        add(path, "request-id", requestId == null ? "" : requestId);
        if (waitSeconds > 0) {
            path.append("&wait=").append(waitSeconds);
        }
        return path.toString();
    }

    private static void add(StringBuilder path, String name, String value) {
        if (!value.isEmpty()) {
            path.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }

    /** Prints a page; whether it was the last one for now. */
    private boolean show(HttpResponse<byte[]> answer) {
        JsonNode page = LambdaClient.json(answer);
        PrintWriter out = spec.commandLine().getOut();
        if (page.path("gap").asBoolean()) {
            tell("lines were deleted before they could be shown; see the setting logs.maxBytesPerFunction");
        }
        for (JsonNode line : page.path("lines")) {
            out.println(json ? line.toString() : text(line));
            left--;
        }
        out.flush();
        cursor = page.path("cursor").asText();
        sinceInstant = page.path("since").asText(sinceInstant);
        return !page.path("more").asBoolean();
    }

    private static String text(JsonNode line) {
        String id = line.path("requestId").asText();
        String shown = id.length() > ID_SHOWN ? id.substring(0, ID_SHOWN) : id;
        return line.path("time").asText() + " "
                + (shown.isEmpty() ? "-".repeat(ID_SHOWN) : shown) + " "
                + CONTROLS.matcher(line.path("text").asText()).replaceAll("·");
    }

    /** Until the server goes away, and on from the same place when it is back. */
    private void followOn(LambdaClient client) {
        try {
            PrintWriter out = spec.commandLine().getOut();
            while (!out.checkError() && !Thread.currentThread().isInterrupted()) {
                String before = cursor;
                long asked = System.nanoTime();
                var unused = show(client.get(path("", WAIT_SECONDS)));
                // A server with very many who wait, or one that stops, does not keep us waiting.
                if (cursor.equals(before) && System.nanoTime() - asked < PAUSE.toNanos()) {
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            }
        } catch (ServerUnavailableException away) {
            if (Thread.currentThread().isInterrupted()) {
                throw away;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void tell(String message) {
        spec.commandLine().getErr().println(spec.qualifiedName() + ": " + message);
        spec.commandLine().getErr().flush();
    }
}
