package io.millrace.core.concurrency;

import java.util.concurrent.TimeUnit;

/** The ledger's rules that are easily got wrong. Not final, so that the simulation can get each wrong and be caught. */
class LedgerArithmetic {
    static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** What a function takes away from the unreserved pool: provisioned concurrency is part of a reservation. */
    int claim(FunctionBooks function) {
        return function.isReserved() ? function.reservation() : function.provisioned();
    }

    /** @param onDemandFree what the function's pool could grant instead */
    boolean takesProvisioned(VersionBooks version, int onDemandFree) {
        return version.idle() > 0;
    }

    boolean givesBack(Permit permit) {
        return !permit.hasEnded();
    }

    /** Requests per second. */
    TokenBucket rate(long now) {
        return new TokenBucket(SECOND, SECOND, now);
    }

    /** New environments in 10 s. */
    TokenBucket scaling(long now) {
        return new TokenBucket(10 * SECOND, 10 * SECOND, now);
    }
}
