package io.millrace.runtime.environment.process;

/** What may still be unpacked for one version, its code and all its layers together. Confined to one thread. */
final class CodeBudget {
    /** Lambda's limit for code and layers, unzipped (lambda-semantics 5.2). */
    static final long MAXIMUM_BYTES = 262_144_000;

    private static final int MAXIMUM_ENTRIES = 20_000;

    private long bytesLeft = MAXIMUM_BYTES;
    private int entriesLeft = MAXIMUM_ENTRIES;

    /** Counted while they are inflated: what an archive says of itself may be wrong. */
    void spend(int bytes) throws RefusedArchiveException {
        bytesLeft -= bytes;
        if (bytesLeft < 0) {
            throw new RefusedArchiveException("Unzipped size must be smaller than " + MAXIMUM_BYTES + " bytes");
        }
    }

    void spendEntry() throws RefusedArchiveException {
        if (--entriesLeft < 0) {
            throw new RefusedArchiveException("code and layers have more than " + MAXIMUM_ENTRIES + " entries");
        }
    }
}
