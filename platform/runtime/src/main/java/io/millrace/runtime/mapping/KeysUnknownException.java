package io.millrace.runtime.mapping;

/** The store of idempotency keys is away: nobody can tell which records of a batch may run. */
final class KeysUnknownException extends RuntimeException {
    private static final long serialVersionUID = 1;

    KeysUnknownException(String reason) {
        super("the store of idempotency keys is away: " + reason, null, false, false);
    }
}
