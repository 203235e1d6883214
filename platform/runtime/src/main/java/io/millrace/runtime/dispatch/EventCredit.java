package io.millrace.runtime.dispatch;

import io.millrace.broker.delivery.InboundLink;
import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;

/**
 * How many deliveries of a function the broker may send: as many as there are free permits, within a window that grows
 * while the function is busy, and a few to spare that wait here for the next permit, so that short handlers do not wait
 * for credit to travel. Event loop only.
 */
final class EventCredit {
    /** Deliveries beyond the permits. */
    static final int SPARE = 4;

    private static final int FIRST_WINDOW = 16;
    private static final int LARGEST_WINDOW = 1_024;

    private final InboundLink events;
    private final ConcurrencyLedger ledger;
    private final FunctionName function;
    private int window = FIRST_WINDOW;
    private boolean usedSinceTick;
    private boolean draining;
    private boolean stopped;

    EventCredit(InboundLink events, ConcurrencyLedger ledger, FunctionName function) {
        this.events = events;
        this.ledger = ledger;
        this.function = function;
    }

    /** The link is new and has no credit. */
    void restart() {
        window = FIRST_WINDOW;
        draining = false;
        topUp(0);
    }

    /** A delivery came in and has its permit, or is parked. */
    void used(int parked) {
        usedSinceTick = true;
        if (events.credit() <= window / 2) {
            // Held ones count: while a batch comes in, what is free is always less than the function may have.
            if (window < LARGEST_WINDOW && ledger.free(function) + ledger.running(function) > window) {
                window *= 2;
            }
            topUp(parked);
        }
    }

    void topUp(int parked) {
        if (draining || stopped) {
            return;
        }
        int most = Math.min(ledger.free(function), window) + SPARE;
        int missing = most - parked - events.credit();
        // A credit frame for each delivery would cost as much as the delivery.
        if (missing >= Math.max(1, most / 4) || (missing > 0 && events.credit() == 0)) {
            events.grant(missing);
        }
    }

    /** Credit of a function that has gone quiet is taken back: many of them would together outgrow the permits. */
    void tick(int parked) {
        boolean quiet = !usedSinceTick;
        usedSinceTick = false;
        if (quiet && window > FIRST_WINDOW && !draining && !stopped) {
            draining = true;
            events.drainCredit().onComplete(done -> {
                draining = false;
                window = FIRST_WINDOW;
                topUp(parked);
            });
        } else {
            topUp(parked);
        }
    }

    Future<Void> stop() {
        stopped = true;
        return draining ? Future.succeededFuture() : events.drainCredit();
    }
}
