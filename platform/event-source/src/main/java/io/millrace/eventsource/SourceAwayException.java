package io.millrace.eventsource;

/** The source does not answer, or not as it should; it may later. */
public final class SourceAwayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public SourceAwayException(String message, Throwable cause) {
        super(message, cause);
    }

    public SourceAwayException(String message) {
        super(message);
    }
}
