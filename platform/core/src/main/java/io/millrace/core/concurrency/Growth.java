package io.millrace.core.concurrency;

import io.millrace.core.concurrency.Refusal.Reason;
import java.util.Optional;

/**
 * Whether the account has room for a reservation or for provisioned concurrency (lambda-semantics 4.2, errors). Asking
 * for less than there is is never refused for want of room, even where the account has shrunk below its minimum.
 * Guarded by the ledger's lock.
 */
final class Growth {
    private final AccountBooks account;
    private final LedgerArithmetic arithmetic;
    private final int minimumUnreserved;

    Growth(AccountBooks account, LedgerArithmetic arithmetic, int minimumUnreserved) {
        this.account = account;
        this.arithmetic = arithmetic;
        this.minimumUnreserved = minimumUnreserved;
    }

    Optional<Refusal> refusesReservation(FunctionBooks function, int wanted) {
        if (wanted < function.provisioned()) {
            return Optional.of(new Refusal(Reason.RESERVATION_BELOW_PROVISIONED, function.provisioned()));
        }
        int growth = wanted - arithmetic.claim(function);
        return growth > 0 && account.unreserved() - growth < minimumUnreserved
                ? Optional.of(new Refusal(Reason.RESERVATION_BREAKS_MINIMUM, minimumUnreserved))
                : Optional.empty();
    }

    Optional<Refusal> refusesProvisioned(FunctionBooks function, VersionBooks version, int wanted) {
        if (wanted <= version.requested) {
            return Optional.empty();
        }
        if (function.isReserved()) {
            int total = function.provisioned() - version.requested + wanted;
            return total > function.reservation()
                    ? Optional.of(new Refusal(Reason.PROVISIONED_ABOVE_RESERVATION, function.reservation()))
                    : Optional.empty();
        }
        // What the version has now would come back.
        int unreserved = account.unreserved() + version.requested;
        if (wanted > unreserved) {
            return Optional.of(new Refusal(Reason.PROVISIONED_ABOVE_UNRESERVED, Math.max(0, unreserved)));
        }
        return unreserved - wanted < minimumUnreserved
                ? Optional.of(new Refusal(Reason.PROVISIONED_BREAKS_MINIMUM, minimumUnreserved))
                : Optional.empty();
    }
}
