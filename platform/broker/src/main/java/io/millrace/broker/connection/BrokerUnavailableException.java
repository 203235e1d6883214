package io.millrace.broker.connection;

/** The broker cannot be reached now, or went away before it answered: whether it has the message is unknown. */
public class BrokerUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BrokerUnavailableException(String message) {
        super(message);
    }

    public BrokerUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
