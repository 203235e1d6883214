package io.millrace.broker.connection;

/** The broker answered, and the answer is no; the message says what it refused and why. */
public final class BrokerRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BrokerRefusedException(String message) {
        super(message);
    }
}
