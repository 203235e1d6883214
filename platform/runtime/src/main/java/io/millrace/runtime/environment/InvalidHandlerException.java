package io.millrace.runtime.environment;

/** The code cannot be run as the definition says; the message names the handler and what was expected. */
public final class InvalidHandlerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvalidHandlerException(String message) {
        super(message);
    }

    public InvalidHandlerException(String message, Throwable cause) {
        super(message, cause);
    }
}
