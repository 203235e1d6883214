package io.millrace.runtime.mapping;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * How many batches run at once: five, which Lambda starts with, and more while the function answers so quickly that
 * most of the time goes into the way there and back. For one thread.
 */
final class BatchConcurrency {
    private static final int FIRST = 5;
    /** Lambda goes further, and more slowly (lambda-semantics 3.5). */
    private static final int MOST = 32;

    private static final long QUICK_NANOS = Duration.ofMillis(50).toNanos();
    private static final long SLOW_NANOS = Duration.ofMillis(100).toNanos();

    private final int first;
    private final int most;
    private int limit;

    /** @param maximum as the mapping says it, always so many then */
    BatchConcurrency(OptionalInt maximum) {
        this.first = maximum.orElse(FIRST);
        this.most = maximum.orElse(MOST);
        this.limit = first;
    }

    int limit() {
        return limit;
    }

    /** @param othersWait whether another batch was only waiting for this one */
    void ran(long nanos, boolean othersWait) {
        if (nanos < QUICK_NANOS && othersWait) {
            limit = Math.min(most, limit + 1);
        } else if (nanos > SLOW_NANOS) {
            limit = Math.max(first, limit - 1);
        }
    }

    /** The function failed, or was not to be had. */
    void failed() {
        limit = first;
    }
}
