package io.millrace.runtime.stream;

/** A stream is as it was, because it may not be changed so. The message is for the caller. */
public final class StreamRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What the caller has to do otherwise. */
    public enum Reason {
        /** Take another name. */
        NAME_TAKEN,
        /** Ask for fewer shards. */
        TOO_MANY_SHARDS,
        /** Ask for another value. */
        INVALID,
        /** Wait until others' records are written. */
        TOO_FAST
    }

    private final Reason reason;

    StreamRefusedException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
