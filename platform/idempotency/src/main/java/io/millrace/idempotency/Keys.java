package io.millrace.idempotency;

/** Keys as messages show them. */
final class Keys {
    private static final int SHOWN = 64;

    private Keys() {}

    /** Without control characters, and not longer than a line may be. */
    static String printable(String key) {
        String shown = key.length() > SHOWN ? key.substring(0, SHOWN) + "…" : key;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
