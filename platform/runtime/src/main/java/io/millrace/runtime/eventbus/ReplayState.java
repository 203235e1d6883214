package io.millrace.runtime.eventbus;

/** Named as clients know them. */
public enum ReplayState {
    STARTING,
    RUNNING,
    CANCELLING,
    COMPLETED,
    CANCELLED,
    FAILED;

    /** Whether events are still to be sent. */
    boolean isGoingOn() {
        return this == STARTING || this == RUNNING;
    }
}
