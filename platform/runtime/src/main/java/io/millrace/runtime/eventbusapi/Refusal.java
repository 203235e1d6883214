package io.millrace.runtime.eventbusapi;

/** An error of the protocol: a type that clients know by name, and a message for people. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int FAULT = 500;
    private static final int UNAVAILABLE = 503;

    private final int status;
    private final String type;

    private Refusal(int status, String type, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
    }

    static Refusal validation(String message) {
        return new Refusal(BAD_REQUEST, "ValidationException", message);
    }

    static Refusal pattern(String reason) {
        return new Refusal(
                BAD_REQUEST, "InvalidEventPatternException", "Event pattern is not valid. Reason: " + reason);
    }

    /** @param type one of those that the service's description knows */
    static Refusal modelled(String type, String message) {
        return new Refusal(BAD_REQUEST, type, message);
    }

    static Refusal serialization(String message) {
        return new Refusal(BAD_REQUEST, "SerializationException", message);
    }

    static Refusal unknownOperation(String message) {
        return new Refusal(BAD_REQUEST, "UnknownOperationException", message);
    }

    static Refusal access(String type, String message) {
        return new Refusal(FORBIDDEN, type, message);
    }

    static Refusal fault() {
        return new Refusal(FAULT, "InternalException", "An error occurred and the request cannot be processed.");
    }

    static Refusal unavailable(String message) {
        return new Refusal(UNAVAILABLE, "InternalException", message);
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
