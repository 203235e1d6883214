package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;

/** Why a change of a function was refused; nothing has changed. */
public abstract sealed class FunctionAdministrationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private FunctionAdministrationException(String message) {
        super(message);
    }

    private FunctionAdministrationException(String message, Throwable cause) {
        super(message, cause);
    }

    public static final class FunctionExists extends FunctionAdministrationException {
        private final transient FunctionName function;

        public FunctionExists(FunctionName function) {
            super("function '" + function + "' exists already");
            this.function = function;
        }

        public FunctionName function() {
            return function;
        }
    }

    public static final class FunctionUnknown extends FunctionAdministrationException {
        private final transient FunctionName function;

        public FunctionUnknown(FunctionName function) {
            super("function '" + function + "' does not exist");
            this.function = function;
        }

        public FunctionName function() {
            return function;
        }
    }

    /** The archive or the handler in it cannot be used; the message is shown to the caller as it is. */
    public static final class InvalidCode extends FunctionAdministrationException {
        public InvalidCode(String message) {
            super(message);
        }

        public InvalidCode(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The reservation would take the unreserved pool below its minimum. */
    public static final class ReservationTooHigh extends FunctionAdministrationException {
        private final int minimumUnreserved;

        public ReservationTooHigh(FunctionName name, int permits, int minimumUnreserved) {
            super("reservation of function '" + name + "' is " + permits + ", expected to leave at least "
                    + minimumUnreserved + " unreserved");
            this.minimumUnreserved = minimumUnreserved;
        }

        public int minimumUnreserved() {
            return minimumUnreserved;
        }
    }

    /** Somebody else changed the function first. */
    public static final class RevisionMismatch extends FunctionAdministrationException {
        public RevisionMismatch(FunctionName name, String expected, String actual) {
            super("revision of function '" + name + "' is " + actual + ", expected " + expected);
        }
    }
}
