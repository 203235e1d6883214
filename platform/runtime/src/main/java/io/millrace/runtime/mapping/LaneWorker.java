package io.millrace.runtime.mapping;

import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.mapping.FunctionCalls.Run;
import io.millrace.runtime.mapping.Piece.LastAttempt;
import io.millrace.runtime.mapping.StopSignal.Stopped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Has the function run one batch of a lane after the other, each until it is done: by success, or given up
 * (lambda-semantics 3.6, 3.7). For one thread, which it blocks.
 */
final class LaneWorker {
    private static final String TOO_OLD = "RecordAgeExceeded";
    /** Lambda has no word that is known to us. */
    private static final String TOO_LARGE = "RecordSizeExceeded";

    private final int lane;
    private final OpenPartition partition;
    private static final int MOST_RETRIES_OF_KAFKA = 10;

    private final MappingSettings settings;
    private final PartitionBuffer buffer;
    private final Commits commits;
    private final FunctionCalls calls;
    private final FailureRecords failures;
    private final SourceHealth health;
    private final Clock clock;
    private Optional<OpenWindow> window = Optional.empty();

    LaneWorker(
            int lane,
            OpenPartition partition,
            PartitionBuffer buffer,
            Commits commits,
            FunctionCalls calls,
            FailureRecords failures,
            SourceHealth health,
            Clock clock) {
        this.lane = lane;
        this.partition = partition;
        this.settings = partition.mapping().settings();
        this.buffer = buffer;
        this.commits = commits;
        this.calls = calls;
        this.failures = failures;
        this.health = health;
        this.clock = clock;
    }

    /** Returns never. */
    void work() throws Stopped {
        while (true) {
            Lane.Next next = buffer.next(lane, window.map(OpenWindow::bounds));
            if (next instanceof Lane.Batch batch) {
                feed(batch.items());
            } else {
                endWindow(false);
            }
        }
    }

    private void feed(List<StreamItem> batch) throws Stopped {
        Deque<Piece> pieces = new ArrayDeque<>();
        pieces.push(Piece.untried(batch));
        while (!pieces.isEmpty()) {
            List<Piece> left = attempt(pieces.pop());
            for (int i = left.size() - 1; i >= 0; i--) {
                pieces.push(left.get(i));
            }
        }
    }

    /** @return what is left to do, in its order */
    private List<Piece> attempt(Piece piece) throws Stopped {
        calls.awaitFunction();
        Instant now = clock.instant();
        int alike = piece.alikeInAge(settings.stream().maximumAge(), now);
        if (alike < piece.size()) {
            return List.of(piece.until(alike), piece.from(alike));
        }
        if (piece.isTooOld(settings.stream().maximumAge(), now)) {
            // Lambda says 1 where none was started, too.
            giveUp(piece, TOO_OLD, Math.max(1, piece.attempts()));
            return List.of();
        }
        if (piece.first().bytes() > partition.mostRecordBytes()) { // It is alone then.
            giveUp(piece, TOO_LARGE, 0);
            return List.of();
        }
        openWindow(piece.first());
        health.counts().age(age(piece, now));
        Optional<Run> run = calls.run(event(piece.items(), false, false), piece.items());
        if (run.isEmpty()) {
            health.counts().failedInvoke(piece.size());
            return List.of(piece);
        }
        health.counts().invoked(piece.size());
        return judge(piece, run.get());
    }

    /** Of its last record, as Lambda measures it. */
    private static Duration age(Piece piece, Instant now) {
        Instant arrived = piece.items().get(piece.size() - 1).record().arrived();
        return arrived.isBefore(now) ? Duration.between(arrived, now) : Duration.ZERO;
    }

    private byte[] event(List<StreamItem> items, boolean isFinal, boolean isEarly) {
        Optional<String> sourceArn = partition.mapping().source().arn();
        String members = window.map(open -> open.members(partition.name(), sourceArn, isFinal, isEarly))
                .orElse("");
        return StreamEvent.of(partition.frame(), members, items);
    }

    private List<Piece> judge(Piece piece, Run run) throws Stopped {
        int done = run.answer().outcome() instanceof Outcome.Succeeded succeeded
                ? takeAnswer(piece, succeeded.response())
                : 0;
        if (done == piece.size()) {
            health.succeeded();
            return List.of();
        }
        health.failed();
        health.counts().failedInvoke(piece.size() - done);
        Piece left = piece.from(done).after(lastAttempt(run));
        if (settings.stream().bisects() && (done > 0 || left.size() > 1)) { // Splitting spends no retry.
            return done > 0 ? List.of(left) : left.halves();
        }
        Piece counted = left.counted();
        if (isLast(counted.attempts())) {
            giveUp(counted, partition.retriesExhausted(), counted.attempts());
            return List.of();
        }
        calls.pause("records failed");
        return List.of(counted);
    }

    private static LastAttempt lastAttempt(Run run) {
        boolean isError = run.answer().outcome() instanceof Outcome.FunctionError;
        return new LastAttempt(run.requestId(), run.answer().executedVersion(), isError);
    }

    private boolean isLast(int attempt) {
        OptionalInt retries = settings.stream().maximumRetries();
        if (retries.isEmpty() && partition.mapping().source().service().isEmpty()) {
            // Of Kafka with a destination Lambda gives up by itself (lambda-semantics 3.8).
            return settings.stream().onFailure().isPresent() && attempt > MOST_RETRIES_OF_KAFKA;
        }
        return retries.isPresent() && attempt > retries.getAsInt();
    }

    /** @return how many of the first are done, and committed */
    private int takeAnswer(Piece piece, byte[] response) throws Stopped {
        int done = settings.reportsItemFailures() ? firstFailure(piece, response) : piece.size();
        Optional<String> state = window.isPresent() ? OpenWindow.state(response) : Optional.of("");
        if (done == 0 || state.isEmpty()) {
            return 0;
        }
        List<StreamItem> handled = piece.until(done).items();
        boolean goesOn = window.map(open -> open.fill(handled.get(done - 1), state.get()))
                .orElse(true);
        calls.succeeded();
        done(handled);
        health.counts().done(handled.size());
        if (!goesOn) {
            endWindow(true);
        }
        return done;
    }

    /** Those before it are done; 0 also for an answer that does not say which failed. */
    private int firstFailure(Piece piece, byte[] response) {
        Set<String> positions =
                piece.items().stream().map(item -> item.record().position()).collect(Collectors.toSet());
        Optional<Set<String>> failed = ItemFailures.read(response, positions, partition.source()::position);
        if (failed.isEmpty()) {
            return 0;
        }
        int first = 0;
        while (first < piece.size()
                && !failed.get().contains(piece.items().get(first).record().position())) {
            first++;
        }
        return first;
    }

    private void done(List<StreamItem> items) throws Stopped {
        buffer.done(items);
        commits.commit();
    }

    private void giveUp(Piece piece, String condition, int attempts) throws Stopped {
        boolean isTold = failures.giveUp(piece.items(), condition, attempts, piece.last());
        health.counts().givenUp(piece.size(), isTold);
        done(piece.items());
    }

    private void openWindow(StreamItem first) {
        if (window.isPresent() || settings.stream().tumblingWindow().isZero()) {
            return;
        }
        WindowBounds bounds =
                WindowBounds.around(first.record().arrived(), settings.stream().tumblingWindow());
        buffer.hold(lane, first);
        window = Optional.of(new OpenWindow(bounds, first));
    }

    /** Tells the function, and lets its records be committed. */
    private void endWindow(boolean isEarly) throws Stopped {
        tellEnd(window.orElseThrow().ends(), isEarly);
        window = Optional.empty();
        buffer.release(lane);
        commits.commit();
    }

    private void tellEnd(List<StreamItem> ends, boolean isEarly) throws Stopped {
        Piece piece = Piece.untried(ends);
        while (true) {
            calls.awaitFunction();
            Optional<Run> run = calls.run(event(List.of(), true, isEarly), List.of());
            if (run.isEmpty()) {
                continue;
            }
            if (run.get().answer().outcome() instanceof Outcome.Succeeded) {
                health.succeeded();
                calls.succeeded();
                return;
            }
            health.failed();
            piece = piece.after(lastAttempt(run.get())).counted();
            Instant now = clock.instant();
            boolean isTooOld =
                    piece.from(ends.size() - 1).isTooOld(settings.stream().maximumAge(), now);
            if (isTooOld || isLast(piece.attempts())) {
                String condition = isTooOld ? TOO_OLD : partition.retriesExhausted();
                // Not counted: its records are done, one by one.
                failures.giveUp(ends, condition, piece.attempts(), piece.last());
                return;
            }
            calls.pause("the end of a window failed");
        }
    }
}
