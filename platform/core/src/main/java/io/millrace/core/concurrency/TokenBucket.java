package io.millrace.core.concurrency;

/**
 * Allows {@code amount} per period. It is refilled continuously and holds what {@code capacity} earns at most. The level
 * is counted in tokens times nanoseconds, so that no fraction is ever rounded away. Not thread-safe.
 *
 * <p>A change of the amount gives no tokens away: the level stays, within the new bound. Else a limit set to and fro
 * would earn without end. An amount of 0 leaves the bucket as it is: its pool grants nothing, which needs no bucket, and
 * when the pool comes back it has its old tokens and what they earned meanwhile.
 */
final class TokenBucket {
    private final long period;
    private final long capacity;
    private long amount;
    private long level;
    private long filledAt;

    /**
     * Empty until its first {@link #resize}, which fills it.
     *
     * @param period nanoseconds, at most 10 s
     * @param capacity nanoseconds of earning that it can hold
     */
    TokenBucket(long period, long capacity, long now) {
        this.period = period;
        this.capacity = capacity;
        this.filledAt = now;
    }

    /** @param newAmount tokens per period; times the capacity it must stay below 2^62 */
    void resize(long newAmount, long now) {
        if (newAmount == amount || newAmount <= 0) {
            return;
        }
        boolean first = amount == 0;
        fill(now);
        amount = newAmount;
        level = first ? amount * capacity : Math.min(level, amount * capacity);
    }

    /** Whole tokens that could be taken now. */
    long tokens(long now) {
        fill(now);
        return level / period;
    }

    boolean has(long now) {
        fill(now);
        return level >= period;
    }

    /** Takes the one that {@link #has} found. */
    void take() {
        level -= period;
    }

    private void fill(long now) {
        long elapsed = now - filledAt;
        if (elapsed <= 0) {
            return;
        }
        level = Math.min(amount * capacity, level + amount * Math.min(elapsed, capacity));
        filledAt = now;
    }
}
