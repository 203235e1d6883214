package io.millrace.runtime.mapping;

import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.mapping.FunctionCalls.Run;
import io.millrace.runtime.mapping.ItemClaims.Rest;
import io.millrace.runtime.mapping.ItemClaims.Verdict;
import io.millrace.runtime.mapping.Piece.LastAttempt;
import io.millrace.runtime.mapping.StopSignal.Stopped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
        try {
            while (true) {
                Lane.Next next = buffer.next(lane, window.map(OpenWindow::bounds));
                if (next instanceof Lane.Batch batch) {
                    feed(batch.items());
                    health.counts().ages().done(this);
                } else {
                    endWindow(false);
                }
            }
        } finally {
            health.counts().ages().left(this);
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
        if (!calls.hasFunction()) { // Their age counts meanwhile.
            return List.of(piece);
        }
        openWindow(piece.first());
        health.counts().ages().begun(this, age(piece, now));
        Optional<ItemClaims<StreamItem>> claims = calls.claim(piece.items(), partition.source());
        if (claims.isEmpty()) {
            health.counts().failedInvoke(piece.size());
            return List.of(piece);
        }
        int done = claims.get().doneFirst();
        if (done > 0) { // They are done whatever becomes of the others.
            health.succeeded();
            done(piece.until(done).items());
            health.counts().done(done);
        }
        return done == piece.size()
                ? List.of()
                : runReady(piece.from(done), claims.get(), claims.get().ready() - done);
    }

    /** @param ready how many of the first can run now, or be left out */
    private List<Piece> runReady(Piece piece, ItemClaims<StreamItem> claims, int ready) throws Stopped {
        if (ready == piece.size()) {
            return run(piece, claims);
        }
        claims.holdBack(item -> lane, verdict -> verdict == Verdict.WAITS);
        if (ready == 0) {
            calls.pause("the idempotency key of a record is in use");
            return List.of(piece);
        }
        List<Piece> left = new ArrayList<>(run(piece.until(ready), claims));
        left.add(piece.from(ready));
        return left;
    }

    /** @param claims that let the first of it run, and the others run or be left out */
    private List<Piece> run(Piece piece, ItemClaims<StreamItem> claims) throws Stopped {
        List<StreamItem> running = claims.with(Verdict.RUNS);
        Optional<Run> run = calls.run(event(running, false, false), claims);
        if (run.isEmpty()) {
            health.counts().failedInvoke(running.size());
            return List.of(piece);
        }
        health.counts().invoked(running.size());
        return judge(piece, claims, run.get());
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

    private List<Piece> judge(Piece piece, ItemClaims<StreamItem> claims, Run run) throws Stopped {
        int done = run.answer().outcome() instanceof Outcome.Succeeded succeeded
                ? takeAnswer(piece, claims, succeeded.response())
                : 0;
        if (done == 0) {
            calls.await(claims.end(Set.of(), Rest.of(run.answer().outcome())));
        }
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
    private int takeAnswer(Piece piece, ItemClaims<StreamItem> claims, byte[] response) throws Stopped {
        int done = settings.reportsItemFailures() ? firstFailure(piece, claims, response) : piece.size();
        Optional<String> state = window.isPresent() ? OpenWindow.state(response) : Optional.of("");
        if (done == 0 || state.isEmpty()) {
            return 0;
        }
        List<StreamItem> handled = piece.until(done).items();
        if (claims.hasClaims()) {
            calls.await(claims.end(Set.copyOf(handled), Rest.FREED));
        }
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
    private int firstFailure(Piece piece, ItemClaims<StreamItem> claims, byte[] response) {
        Set<String> positions = claims.with(Verdict.RUNS).stream()
                .map(item -> item.record().position())
                .collect(Collectors.toSet());
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
            Optional<Run> run = runEnd(isEarly);
            if (run.isPresent() && run.get().answer().outcome() instanceof Outcome.Succeeded) {
                health.succeeded();
                calls.succeeded();
                return;
            }
            if (run.isPresent()) {
                health.failed();
                piece = piece.after(lastAttempt(run.get())).counted();
            }
            boolean isTooOld =
                    piece.from(ends.size() - 1).isTooOld(settings.stream().maximumAge(), clock.instant());
            if (isTooOld || (run.isPresent() && isLast(piece.attempts()))) {
                String condition = isTooOld ? TOO_OLD : partition.retriesExhausted();
                // Not counted: its records are done, one by one.
                failures.giveUp(ends, condition, Math.max(1, piece.attempts()), piece.last());
                return;
            }
            if (run.isPresent()) {
                calls.pause("the end of a window failed");
            }
        }
    }

    /** @return empty if the function did not run, after a pause */
    private Optional<Run> runEnd(boolean isEarly) throws Stopped {
        if (!calls.hasFunction()) {
            return Optional.empty();
        }
        Optional<ItemClaims<StreamItem>> none = calls.claim(List.of(), partition.source());
        return none.isEmpty() ? Optional.empty() : calls.run(event(List.of(), true, isEarly), none.get());
    }
}
