package io.millrace.runtime.scheduleapi;

/** An error of the protocol: a type that clients know by name, and a message for people. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
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

    /** As AWS words what breaks the description of its API. */
    static Refusal constraint(String value, String member, String constraint) {
        return validation("1 validation error detected: Value " + value + " at '" + member
                + "' failed to satisfy constraint: " + constraint);
    }

    static Refusal missing(String member) {
        return constraint("null", member, "Member must not be null");
    }

    static Refusal unsupported(String member) {
        return validation(member + " is not supported by Millrace.");
    }

    static Refusal serialization(String message) {
        return new Refusal(BAD_REQUEST, "SerializationException", message);
    }

    static Refusal unknown(String message) {
        return new Refusal(NOT_FOUND, "ResourceNotFoundException", message);
    }

    static Refusal conflict(String message) {
        return new Refusal(CONFLICT, "ConflictException", message);
    }

    static Refusal access(String type, String message) {
        return new Refusal(FORBIDDEN, type, message);
    }

    static Refusal fault() {
        return new Refusal(FAULT, "InternalServerException", "An error occurred and the request cannot be processed.");
    }

    /** The protocol has one type for all that is not the caller's fault; clients try again for any status of 500 on. */
    static Refusal unavailable(String message) {
        return new Refusal(UNAVAILABLE, "InternalServerException", message);
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
