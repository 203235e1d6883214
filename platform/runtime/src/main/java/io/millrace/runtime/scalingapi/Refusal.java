package io.millrace.runtime.scalingapi;

/** An error of the protocol: a type that clients know by name, and a message for people. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int FAULT = 500;
    private static final int UNAVAILABLE = 503;

    private final String type;
    private final int status;

    private Refusal(int status, String type, String message) {
        super(message);
        this.status = status;
        this.type = type;
    }

    static Refusal validation(String message) {
        return new Refusal(BAD_REQUEST, "ValidationException", message);
    }

    static Refusal unknownObject(String message) {
        return new Refusal(BAD_REQUEST, "ObjectNotFoundException", message);
    }

    static Refusal nextToken(String token) {
        return new Refusal(
                BAD_REQUEST, "InvalidNextTokenException", "NextToken is '" + token + "', expected one of an answer");
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
        return new Refusal(FAULT, "InternalServiceException", "An error occurred and the request cannot be processed.");
    }

    /** The protocol has one type for all that is not the caller's fault; clients try again for any status of 500 on. */
    static Refusal unavailable(String message) {
        return new Refusal(UNAVAILABLE, "InternalServiceException", message);
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
