package io.millrace.deadletter;

/** Where a redrive job stands. */
public enum JobState {
    /** Somebody drives it, or did until they were killed. */
    RUNNING,
    PAUSED,
    /** It stopped by itself: too many came back, or a queue could take no more. May be resumed. */
    STOPPED,
    CANCELLED,
    COMPLETED;

    /** Whether it can never be resumed. */
    public boolean isOver() {
        return this == CANCELLED || this == COMPLETED;
    }
}
