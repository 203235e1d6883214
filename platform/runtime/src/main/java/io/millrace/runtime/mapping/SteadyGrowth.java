package io.millrace.runtime.mapping;

import java.time.Duration;

/**
 * Batches at once of a function that takes its time: five more for each second in which batches wait, as Lambda does
 * (lambda-semantics 3.5), as long as that makes none of them slower. Where twice as many take half as long again, they
 * are in each other's way here, and it goes back to what it was for a while. For one thread.
 */
final class SteadyGrowth {
    private static final int STEP = 5;
    private static final int SECONDS_OF_REST = 30;
    private static final double MUCH_SLOWER = 1.5;
    /** What is quicker has another rule: more of them would only take memory. */
    private static final long SLOW_NANOS = Duration.ofMillis(50).toNanos();

    private final int first;
    private final int most;
    private int limit;
    /** The last limit of which it is known that it does not slow them down. */
    private int proved;
    /** What a batch takes with that limit; 0 while unknown. */
    private long provedNanos;

    private int toSkip;
    private int measured;
    private long nanos;
    private int rest;

    SteadyGrowth(int first, int most) {
        this.first = first;
        this.most = most;
        startAt(first);
    }

    private void startAt(int newLimit) {
        limit = newLimit;
        proved = newLimit;
        provedNanos = 0;
        measureAnew(0);
    }

    private void measureAnew(int batchesThatRunAlready) {
        toSkip = batchesThatRunAlready;
        measured = 0;
        nanos = 0;
    }

    int limit() {
        return limit;
    }

    /** A batch is over. */
    void ran(long batchNanos) {
        if (toSkip > 0) {
            toSkip--;
            return;
        }
        nanos += batchNanos;
        if (++measured >= Math.max(first, limit / 4)) {
            long average = nanos / measured;
            measureAnew(0);
            judge(average);
        }
    }

    private void judge(long average) {
        if (average < SLOW_NANOS) {
            startAt(first);
        } else if (limit == proved) {
            provedNanos = average;
        } else if (limit == nextLevel()) {
            if (average > MUCH_SLOWER * provedNanos) {
                limit = proved;
                rest = SECONDS_OF_REST;
                measureAnew(limit);
            } else {
                proved = limit;
                provedNanos = average;
            }
        }
    }

    private int nextLevel() {
        return Math.min(most, 2 * proved);
    }

    /** A second went by, and a batch waits for others to end. */
    void waited() {
        if (rest > 0) {
            rest--;
        } else if (provedNanos > 0 && limit < nextLevel()) {
            limit = Math.min(nextLevel(), limit + STEP);
            measureAnew(limit);
        }
    }

    /** The function failed, or was not to be had. */
    void failed() {
        startAt(Math.max(first, limit / 2));
    }
}
