package io.millrace.broker.embedded;

/** The broker's history could not be read now; trying again later may help. */
public final class HistoryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    HistoryUnavailableException(String message) {
        super(message);
    }

    HistoryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
