package io.millrace.broker.embedded;

/** The broker's history could not be read now; trying again later may help. */
public final class HistoryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    static HistoryUnavailableException gone(String file) {
        return new HistoryUnavailableException("file " + file + " of the broker's history went away while it was read:"
                + " more is kept by a longer period or more bytes");
    }

    HistoryUnavailableException(String message) {
        super(message);
    }

    HistoryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
