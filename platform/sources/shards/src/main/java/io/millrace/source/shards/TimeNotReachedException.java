package io.millrace.source.shards;

/** A read is to begin at a time that the service has not reached, by its own clock. */
public final class TimeNotReachedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message of the service */
    public TimeNotReachedException(String message) {
        super(message, null, false, false);
    }
}
