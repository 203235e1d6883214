package io.millrace.idempotency;

/** The database of the keys cannot be reached, or refused what it was asked. */
public final class IdempotencyStoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    IdempotencyStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
