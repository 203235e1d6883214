package io.millrace.runtime.kinesisapi;

/** An error of the protocol: a type that clients know by name, and a message for people. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int BAD_REQUEST = 400;
    private static final int FAULT = 500;
    private static final int UNAVAILABLE = 503;

    private final String type;
    private final int status;

    private Refusal(int status, String type, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
    }

    static Refusal validation(String message) {
        return new Refusal(BAD_REQUEST, "ValidationException", message);
    }

    static Refusal missing(String member) {
        String field = Character.toLowerCase(member.charAt(0)) + member.substring(1);
        return validation("1 validation error detected: Value null at '" + field
                + "' failed to satisfy constraint: Member must not be null");
    }

    static Refusal argument(String message) {
        return new Refusal(BAD_REQUEST, "InvalidArgumentException", message);
    }

    static Refusal unknown(String message) {
        return new Refusal(BAD_REQUEST, "ResourceNotFoundException", message);
    }

    static Refusal inUse(String message) {
        return new Refusal(BAD_REQUEST, "ResourceInUseException", message);
    }

    static Refusal limit(String message) {
        return new Refusal(BAD_REQUEST, "LimitExceededException", message);
    }

    static Refusal tooFast(String message) {
        return new Refusal(BAD_REQUEST, "ProvisionedThroughputExceededException", message);
    }

    static Refusal expiredIterator(String message) {
        return new Refusal(BAD_REQUEST, "ExpiredIteratorException", message);
    }

    static Refusal serialization(String message) {
        return new Refusal(BAD_REQUEST, "SerializationException", message);
    }

    static Refusal unknownOperation(String message) {
        return new Refusal(BAD_REQUEST, "UnknownOperationException", message);
    }

    static Refusal access(String type, String message) {
        return new Refusal(BAD_REQUEST, type, message);
    }

    static Refusal fault() {
        return new Refusal(FAULT, "InternalFailure", "An error occurred and the request cannot be processed.");
    }

    static Refusal unavailable(String message) {
        return new Refusal(UNAVAILABLE, "ServiceUnavailable", message);
    }

    String type() {
        return type;
    }

    int status() {
        return status;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
