package io.millrace.runtime.door;

/** A refusal that the caller can act on; rendered with its code and message, once, where the request came in. */
public final class DoorRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    /**
     * @param status 400 to 599
     * @param code what programs look at, such as {@code ResourceNotFoundException}
     * @param message one clear line for people
     */
    public DoorRefusedException(int status, String code, String message) {
        // No stack trace: it says nothing about a refusal, and a flood of them must stay cheap.
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    /** Something in the request is not as it should be: 400. */
    public static DoorRefusedException invalid(String message) {
        return new DoorRefusedException(400, "InvalidParameterValueException", message);
    }

    /** There is no such thing: 404. */
    public static DoorRefusedException notFound(String message) {
        return new DoorRefusedException(404, "ResourceNotFoundException", message);
    }

    /** It cannot be done as things are now: 409. */
    public static DoorRefusedException conflict(String message) {
        return new DoorRefusedException(409, "ResourceConflictException", message);
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }
}
