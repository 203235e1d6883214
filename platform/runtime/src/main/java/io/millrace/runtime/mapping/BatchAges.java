package io.millrace.runtime.mapping;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * How old the batches are that lanes have in hand (IteratorAge of lambda-semantics 4.5). A batch that hangs grows older;
 * one that is done is shown for another minute, as who looks does so less often than there are batches. Thread-safe.
 */
final class BatchAges {
    private static final Duration SHOWN = Duration.ofMinutes(1);

    private final LongSupplier nanoClock;
    private final Map<Object, BatchAge> byLane = new ConcurrentHashMap<>();

    BatchAges(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** @param nanos when it began, or when it was done */
    private record BatchAge(Duration atBegin, boolean isDone, long nanos) {}

    /** An attempt at the lane's batch begins, whose newest record is so old. */
    void begun(Object lane, Duration age) {
        byLane.put(lane, new BatchAge(age, false, nanoClock.getAsLong()));
    }

    void done(Object lane) {
        byLane.computeIfPresent(lane, (same, batch) -> new BatchAge(batch.atBegin(), true, nanoClock.getAsLong()));
    }

    /** Nobody works in the lane any more. */
    void left(Object lane) {
        byLane.remove(lane);
    }

    /** Nobody works in any lane any more, or is waited for. */
    void allLeft() {
        byLane.clear();
    }

    Optional<Duration> oldest() {
        long now = nanoClock.getAsLong();
        return byLane.values().stream()
                .flatMap(batch -> age(batch, Duration.ofNanos(now - batch.nanos())).stream())
                .max(Comparator.naturalOrder());
    }

    private static Optional<Duration> age(BatchAge batch, Duration since) {
        if (batch.isDone()) {
            return since.compareTo(SHOWN) < 0 ? Optional.of(batch.atBegin()) : Optional.empty();
        }
        return Optional.of(batch.atBegin().plus(since));
    }
}
