package io.millrace.runtime.mapping;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * How many batches run at once: five, which Lambda starts with; up to 32 while the function answers so quickly that most
 * of the time goes into the way there and back; and up to 1,250 while it takes its time and others wait
 * ({@link SteadyGrowth}). For one thread.
 */
final class BatchConcurrency {
    private static final int FIRST = 5;
    private static final int MOST_QUICK = 32;
    /** Lambda's own (lambda-semantics 3.5). */
    private static final int MOST = 1_250;
    /** What batches may have in memory; 32 of them may always run. */
    private static final long MOST_BYTES = 64L << 20;

    private static final long QUICK_NANOS = Duration.ofMillis(50).toNanos();
    private static final long SLOW_NANOS = Duration.ofMillis(100).toNanos();

    private final int first;
    private final int mostQuick;
    private final boolean mayGrow;
    private final SteadyGrowth slow;
    private int quick;
    private int averageBytes;

    /** @param maximum as the mapping says it, always so many then */
    BatchConcurrency(OptionalInt maximum) {
        this.first = maximum.orElse(FIRST);
        this.mostQuick = maximum.orElse(MOST_QUICK);
        this.mayGrow = maximum.isEmpty();
        this.slow = new SteadyGrowth(first, maximum.orElse(MOST));
        this.quick = first;
    }

    int limit() {
        return Math.max(quick, Math.min(slow.limit(), mostByMemory()));
    }

    private int mostByMemory() {
        return (int) Math.max(MOST_QUICK, MOST_BYTES / Math.max(1, averageBytes));
    }

    /** Whether it can be more than it is now. */
    boolean mayGrow() {
        return mayGrow;
    }

    /**
     * @param othersWait whether another batch was only waiting for this one
     * @param bytes of the batch as an event
     */
    void ran(long nanos, boolean othersWait, int bytes) {
        if (nanos < QUICK_NANOS && othersWait) {
            quick = Math.min(mostQuick, quick + 1);
        } else if (nanos > SLOW_NANOS) {
            quick = Math.max(first, quick - 1);
        }
        averageBytes += (bytes - averageBytes) / 4;
        if (mayGrow) {
            slow.ran(nanos);
        }
    }

    /** A second went by, and a batch waits for others to end. */
    void waited() {
        if (mayGrow) {
            slow.waited();
        }
    }

    /** The function failed, or was not to be had. */
    void failed() {
        quick = first;
        slow.failed();
    }
}
