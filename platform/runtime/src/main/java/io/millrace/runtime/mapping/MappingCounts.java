package io.millrace.runtime.mapping;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of the events of one mapping since this process began, through all of its changes, in the terms of
 * Lambda's metrics of event source mappings (lambda-semantics 4.5). Thread-safe.
 */
public final class MappingCounts {
    private final LongAdder polled = new LongAdder();
    private final LongAdder filteredOut = new LongAdder();
    private final LongAdder invoked = new LongAdder();
    private final LongAdder failedInvoke = new LongAdder();
    private final LongAdder done = new LongAdder();
    private final LongAdder onFailureDelivered = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final BatchAges ages = new BatchAges(System::nanoTime);
    private volatile OptionalLong lag = OptionalLong.empty();
    private volatile Optional<String> lastResult = Optional.empty();

    /**
     * All of them at about one instant.
     *
     * @param polled taken from the source, each time it is
     * @param filteredOut matched no filter
     * @param invoked handed to the function, each time it ran
     * @param failedInvoke of a batch that failed, that the function said had failed, or that could not run
     * @param done deleted from a queue, or committed in a partition, because the function was done with them
     * @param onFailureDelivered given up, and told to the mapping's destination
     * @param dropped given up, and told to nobody
     * @param age of the newest record of a batch in hand, of the oldest such batch; empty while there is nothing to do,
     *     while it is not polled, and for queues
     * @param lag records behind the last one that was committed, of the partition that has most; empty where the source
     *     does not tell
     */
    public record Snapshot(
            long polled,
            long filteredOut,
            long invoked,
            long failedInvoke,
            long done,
            long onFailureDelivered,
            long dropped,
            Optional<Duration> age,
            OptionalLong lag) {}

    public Snapshot snapshot() {
        return new Snapshot(
                polled.sum(),
                filteredOut.sum(),
                invoked.sum(),
                failedInvoke.sum(),
                done.sum(),
                onFailureDelivered.sum(),
                dropped.sum(),
                ages.oldest(),
                lag);
    }

    void polled(long events) {
        polled.add(events);
    }

    void filteredOut(long events) {
        filteredOut.add(events);
    }

    void invoked(long events) {
        invoked.add(events);
    }

    void failedInvoke(long events) {
        failedInvoke.add(events);
    }

    void done(long events) {
        done.add(events);
    }

    /** @param told whether a destination has the record about them */
    void givenUp(long events, boolean told) {
        (told ? onFailureDelivered : dropped).add(events);
    }

    void lag(OptionalLong ofWorstPartition) {
        lag = ofWorstPartition;
    }

    BatchAges ages() {
        return ages;
    }

    /** How the last batch ended, as Lambda words it, also in processes before this one; empty before the first. */
    Optional<String> lastResult() {
        return lastResult;
    }

    void lastResult(String ofLastBatch) {
        lastResult = Optional.of(ofLastBatch);
    }
}
