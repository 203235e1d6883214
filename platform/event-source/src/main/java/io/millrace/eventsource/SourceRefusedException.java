package io.millrace.eventsource;

/** The source cannot be read as it is described; asking again will not help. The message says why, to its user. */
public final class SourceRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public SourceRefusedException(String message) {
        super(message, null, false, false);
    }
}
