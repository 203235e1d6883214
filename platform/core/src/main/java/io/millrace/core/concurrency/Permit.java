package io.millrace.core.concurrency;

import io.millrace.core.function.FunctionName;
import java.util.concurrent.atomic.AtomicBoolean;

/** The right to run one attempt now. Closing it a second time does nothing. Thread-safe. */
public final class Permit implements AutoCloseable {
    private final ConcurrencyLedger ledger;
    private final FunctionName function;
    private final AtomicBoolean closed = new AtomicBoolean();

    Permit(ConcurrencyLedger ledger, FunctionName function) {
        this.ledger = ledger;
        this.function = function;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            ledger.release(function);
        }
    }
}
