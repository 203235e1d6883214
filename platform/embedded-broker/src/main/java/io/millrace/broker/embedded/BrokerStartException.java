package io.millrace.broker.embedded;

/** The broker did not start, and nothing of it is left running. The message is one line for an operator. */
public final class BrokerStartException extends RuntimeException {

    /** What somebody has to change before the next start. */
    public enum Reason {
        /** Something else listens on one of the ports. */
        PORT_IN_USE,
        /** Another broker, of this or another process, has the data directory. */
        DATA_DIRECTORY_IN_USE,
        /** The data directory cannot be made or written. */
        DATA_DIRECTORY_UNUSABLE,
        /** The broker.xml cannot be read, or the host it is given does not exist here. */
        CONFIGURATION_INVALID,
        /** Anything else; the cause tells. */
        FAILED
    }

    private final Reason reason;

    BrokerStartException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    BrokerStartException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
