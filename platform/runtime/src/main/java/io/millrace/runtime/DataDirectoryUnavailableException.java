package io.millrace.runtime;

/** A data directory cannot be used, or another platform uses it; the message is one line for an operator. */
public final class DataDirectoryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DataDirectoryUnavailableException(String message) {
        super(message);
    }

    DataDirectoryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
