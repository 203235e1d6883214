package io.millrace.core.concurrency;

import java.util.Map;
import java.util.function.LongSupplier;

/**
 * One node: its ledger draws on a leased share as every worker's will, but the governor is in the same process and the
 * lease never ends. The share is all of the account; reservations and provisioned concurrency within it are the ledger's
 * own arithmetic, as there is nobody to divide them with. One thread; the ledger itself is thread-safe.
 */
public final class SoleWorker {
    private static final Pool ACCOUNT = new Pool.Unreserved();

    private final LongSupplier clock;
    private final Governor governor;
    private final LeasedShare share = new LeasedShare(LeaseTerms.ENDLESS, "sole", "first");
    private final ConcurrencyLedger ledger;

    /** @param nanoClock nanoseconds of any origin that never go back, such as {@link System#nanoTime} */
    public SoleWorker(ConcurrencyRules rules, LongSupplier nanoClock) {
        this.clock = nanoClock;
        this.governor = new Governor(LeaseTerms.ENDLESS, nanoClock.getAsLong());
        this.ledger = new ConcurrencyLedger(rules, nanoClock);
        resizeAccount(rules.accountLimit());
    }

    public ConcurrencyLedger ledger() {
        return ledger;
    }

    /** @param limit 0 to 1,000,000; what runs goes on, see {@link ConcurrencyLedger#resizeAccount} */
    public void resizeAccount(int limit) {
        governor.resize(ACCOUNT, limit);
        long now = clock.getAsLong();
        ShareRequest request = share.request(now, Map.of(), Map.of(ACCOUNT, limit));
        governor.onRequest(now, request).ifPresent(grant -> share.accept(now, grant));
        ledger.resizeAccount(share.total());
    }
}
