package io.millrace.core.concurrency;

/**
 * The right to run one attempt now, granted by {@link ConcurrencyLedger#admit}. It stays valid whatever happens to the
 * limits. Must be closed when the attempt ends, however it ends; closing it a second time does nothing. Thread-safe.
 */
public final class Permit implements Admission, AutoCloseable {
    private final ConcurrencyLedger ledger;
    private final FunctionBooks function;
    private final VersionBooks version;
    private final boolean provisioned;

    /** Under the ledger's lock: an AtomicBoolean each would double what an attempt allocates. */
    private boolean ended;

    Permit(ConcurrencyLedger ledger, FunctionBooks function, VersionBooks version, boolean provisioned) {
        this.ledger = ledger;
        this.function = function;
        this.version = version;
        this.provisioned = provisioned;
    }

    /** {@code $LATEST} or the number of a published version. */
    public String version() {
        return version.name;
    }

    /** Whether the attempt runs in a provisioned environment of its version, else in one on demand. */
    public boolean isProvisioned() {
        return provisioned;
    }

    @Override
    public void close() {
        ledger.end(this);
    }

    FunctionBooks function() {
        return function;
    }

    VersionBooks books() {
        return version;
    }

    boolean hasEnded() {
        return ended;
    }

    void markEnded() {
        ended = true;
    }
}
