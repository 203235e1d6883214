package io.millrace.broker.connection;

/** The broker cannot be reached now, and was not given the message: it is known not to have it. */
public final class NotSentException extends BrokerUnavailableException {
    private static final long serialVersionUID = 1;

    public NotSentException(String message) {
        super(message);
    }
}
