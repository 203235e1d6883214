package io.millrace.cli;

/** The server's HTTP door cannot be reached, or did not answer. */
final class ServerUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ServerUnavailableException(String message) {
        super(message);
    }

    ServerUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
