package io.millrace.idempotency;

/** The key came with another payload before; nothing was run, and a retry will not help. */
public final class KeyReusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    KeyReusedException(String key) {
        super("idempotency key '" + Keys.printable(key)
                + "' was used with another payload, expected the same one or another key");
    }
}
