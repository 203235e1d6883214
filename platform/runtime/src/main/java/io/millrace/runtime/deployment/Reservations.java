package io.millrace.runtime.deployment;

import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.concurrency.Refusal;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.registry.FunctionAdministrationException.ConcurrencyRefused;
import io.millrace.runtime.registry.FunctionAdministrationException.ReservationTooHigh;
import java.util.Optional;
import java.util.OptionalInt;

/** Reserved concurrency as it is asked of the ledger, and its refusals as callers are told of them. Thread-safe. */
final class Reservations {
    private final ConcurrencyLedger ledger;
    private final int minimumUnreserved;

    Reservations(ConcurrencyLedger ledger, int minimumUnreserved) {
        this.ledger = ledger;
        this.minimumUnreserved = minimumUnreserved;
    }

    void reserve(FunctionDefinition definition) {
        reserve(definition.name(), definition.reservedConcurrency());
    }

    /**
     * @param permits empty for a share of what nobody reserves
     * @throws ReservationTooHigh if too little would be left for the others
     * @throws ConcurrencyRefused if the ledger cannot give it for another reason
     */
    void reserve(FunctionName name, OptionalInt permits) {
        Optional<Refusal> refusal = ledger.reserve(name, permits);
        if (refusal.isEmpty()) {
            return;
        }
        if (refusal.get().reason() == Refusal.Reason.RESERVATION_BREAKS_MINIMUM) {
            throw new ReservationTooHigh(name, permits.orElse(0), minimumUnreserved);
        }
        throw new ConcurrencyRefused(
                name,
                Allocations.reason(refusal.get().reason()),
                permits.orElse(0),
                refusal.get().limit());
    }
}
