package io.millrace.runtime.environment.inprocess;

/** A large payload that a handler cannot have in the way it asks for it. */
final class UnusablePayloadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String errorType;

    private UnusablePayloadException(String errorType, String message) {
        super(message);
        this.errorType = errorType;
    }

    /** @param bytes of the payload */
    static UnusablePayloadException tooLarge(long bytes, int limit) {
        return new UnusablePayloadException(
                "Function.RequestSizeTooLarge",
                "The event has " + bytes + " bytes, and a handler that does not read it as a stream takes at most "
                        + limit + " bytes; a RequestStreamHandler takes any size.");
    }

    static UnusablePayloadException away(String file, String why) {
        return new UnusablePayloadException(
                "Runtime.PayloadUnavailable", "The event's payload cannot be read from " + file + ": " + why);
    }

    /** As the caller and the dead letter are told. */
    String errorType() {
        return errorType;
    }
}
