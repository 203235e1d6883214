package io.millrace.broker.connection;

/** The broker answered, and the answer is no; the message says what it refused and why. */
public final class BrokerRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BrokerRefusedException(String message) {
        super(message);
    }

    /** Whether it was refused because the user lacks a permission, which the message names. */
    public boolean isForbidden() {
        return String.valueOf(getMessage()).contains("does not have permission=");
    }

    /** Whether there was no room for a message, or for the answer of the management: in its address, or on the disk. */
    public boolean isFull() {
        return String.valueOf(getMessage()).contains(" is full");
    }
}
