package io.millrace.runtime.dispatch;

/** A call did not run, because of its idempotency key. */
public final class IdempotencyKeyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    IdempotencyKeyException(Kind kind) {
        super(kind.message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** What is wrong with the key. */
    public enum Kind {
        IN_USE("An invocation with the same idempotency key is running."),
        REUSED("The idempotency key was used with another payload."),
        MISSING("The payload has no idempotency key where MILLRACE_IDEMPOTENCY_KEY of the function points to."),
        STORE_AWAY("The store of idempotency keys is not available.");

        private final String message;

        Kind(String message) {
            this.message = message;
        }

        String message() {
            return message;
        }
    }
}
