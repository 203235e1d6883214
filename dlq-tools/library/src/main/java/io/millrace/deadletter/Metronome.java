package io.millrace.deadletter;

/** When the next step of a job is due, at a rate. */
final class Metronome {
    // So many steps a second, if each is to have a message.
    private static final int STEPS_PER_SECOND = 10;
    private static final long MOST_MISSED_NANOS = 100_000_000;

    private final double perSecond;
    private long dueNanos;

    /** @param perSecond messages; 0 for as fast as it goes */
    Metronome(double perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.dueNanos = nowNanos;
    }

    /** Messages of a step at most. */
    long most() {
        return perSecond > 0 ? (long) Math.ceil(perSecond / STEPS_PER_SECOND) : Long.MAX_VALUE;
    }

    /** Until the next step; 0 or less if it is due. */
    long waitNanos(long nowNanos) {
        return perSecond > 0 ? dueNanos - nowNanos : 0;
    }

    void moved(long messages, long nowNanos) {
        if (perSecond > 0) {
            // From when it was due, unless that is long ago: what was missed is not made up for in a burst.
            dueNanos = Math.max(dueNanos, nowNanos - MOST_MISSED_NANOS) + (long) (messages / perSecond * 1e9);
        }
    }
}
