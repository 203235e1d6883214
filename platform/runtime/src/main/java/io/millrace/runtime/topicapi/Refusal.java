package io.millrace.runtime.topicapi;

/** An error of the protocol: a code that clients know by name, and a message for people. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int TOO_LARGE = 413;
    private static final int FAULT = 500;
    private static final int UNAVAILABLE = 503;

    private final int status;
    private final String code;

    private Refusal(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    /** @param what the parameter, and what is wrong with it */
    static Refusal parameter(String what) {
        return new Refusal(BAD_REQUEST, "InvalidParameter", "Invalid parameter: " + what);
    }

    static Refusal value(String message) {
        return new Refusal(BAD_REQUEST, "ParameterValueInvalid", message);
    }

    static Refusal action(String action) {
        return new Refusal(
                BAD_REQUEST, "InvalidAction", "The action " + action + " is not valid for this web service.");
    }

    static Refusal notFound(String message) {
        return new Refusal(NOT_FOUND, "NotFound", message);
    }

    static Refusal batch(String code, String message) {
        return new Refusal(BAD_REQUEST, code, message);
    }

    static Refusal access(String code, String message) {
        return new Refusal(FORBIDDEN, code, message);
    }

    static Refusal tooLarge(long limit) {
        return new Refusal(
                TOO_LARGE, "RequestEntityTooLarge", "the body is too large, expected at most " + limit + " bytes");
    }

    static Refusal brokenOff() {
        return new Refusal(BAD_REQUEST, "MalformedQueryString", "the body broke off");
    }

    static Refusal fault() {
        return new Refusal(FAULT, "InternalError", "An error occurred and the request cannot be processed.");
    }

    static Refusal unavailable(String message) {
        return new Refusal(UNAVAILABLE, "InternalError", message);
    }

    String code() {
        return code;
    }

    int status() {
        return status;
    }

    boolean isCallers() {
        return status < FAULT;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
