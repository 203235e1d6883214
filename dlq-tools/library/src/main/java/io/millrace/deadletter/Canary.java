package io.millrace.deadletter;

/** The few that a job moves first, and the wait for them to come back, before the rest follows. */
final class Canary {
    private final Pace pace;
    private long untilNanos;
    private boolean over;

    /** @param movedBefore by earlier drivers of the job */
    Canary(Pace pace, long movedBefore) {
        this.pace = pace;
        this.over = pace.canary() == 0 || movedBefore > pace.canary();
    }

    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }

    /** How many more may go before the wait; any number when it is over. */
    long left(long moved) {
        return over ? Long.MAX_VALUE : pace.canary() - moved;
    }

    /** Whether enough were moved to judge by what came back. */
    boolean isEnough(long moved) {
        return over || moved >= pace.canary();
    }

    /** Whether they may still come back; the wait begins with the first question. */
    boolean isWaiting(long nowNanos) {
        if (untilNanos == 0) {
            untilNanos = nowNanos + pace.canaryWaitMillis() * 1_000_000;
        }
        return nowNanos < untilNanos;
    }
}
