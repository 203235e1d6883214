package io.millrace.idempotency;

/** Somebody else runs under this key; nothing was run. Worth a retry a little later. */
public final class KeyInUseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    KeyInUseException(String key) {
        super("idempotency key '" + Keys.printable(key) + "' is in use by another run, expected none until that ends");
    }
}
