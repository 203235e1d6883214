package io.millrace.core.concurrency;

import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.ThrottleReason;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Who holds how many permits (lambda-semantics 4.1): a function with a reservation draws on it alone, all others share
 * what the account has left. Thread-safe: its lock is held for arithmetic only, never for I/O.
 */
public final class ConcurrencyLedger {
    private final int accountLimit;
    private final int minimumUnreserved;
    private final Map<FunctionName, Share> shares = new HashMap<>();
    private int reserved;
    private int unreservedRunning;

    /**
     * @param accountLimit permits in all, at least 1
     * @param minimumUnreserved permits that no reservation may take, 0 to {@code accountLimit}; Lambda keeps 100
     */
    public ConcurrencyLedger(int accountLimit, int minimumUnreserved) {
        this.accountLimit = accountLimit;
        this.minimumUnreserved = minimumUnreserved;
    }

    /**
     * Sets or clears a function's reservation; permits already held stay valid.
     *
     * @return false, and nothing changed, if the unreserved pool would fall below its minimum
     */
    public synchronized boolean tryReserve(FunctionName function, OptionalInt reservation) {
        Share share = shares.computeIfAbsent(function, name -> new Share());
        int others = reserved - Math.max(share.reservation, 0);
        int wanted = reservation.orElse(0);
        if (wanted > 0 && accountLimit - others - wanted < minimumUnreserved) {
            return false;
        }
        boolean wasReserved = share.reservation >= 0;
        boolean isReserved = reservation.isPresent();
        if (wasReserved && !isReserved) {
            unreservedRunning += share.running;
        } else if (!wasReserved && isReserved) {
            unreservedRunning -= share.running;
        }
        reserved = others + wanted;
        share.reservation = isReserved ? wanted : Share.UNRESERVED;
        return true;
    }

    /** Empty when the function is at its limit. The permit must be closed when the attempt ends, however it ends. */
    public synchronized Optional<Permit> tryAcquire(FunctionName function) {
        Share share = shares.computeIfAbsent(function, name -> new Share());
        if (free(share) <= 0) {
            return Optional.empty();
        }
        share.running++;
        if (share.reservation < 0) {
            unreservedRunning++;
        }
        return Optional.of(new Permit(this, function));
    }

    synchronized void release(FunctionName function) {
        Share share = shares.get(function);
        if (share == null || share.running == 0) {
            throw new IllegalStateException("a permit of " + function + " was closed that nobody holds");
        }
        share.running--;
        if (share.reservation < 0) {
            unreservedRunning--;
        }
    }

    /** How many attempts of the function could start now, 0 or more. */
    public synchronized int free(FunctionName function) {
        return Math.max(0, free(shares.computeIfAbsent(function, name -> new Share())));
    }

    /** Attempts of the function that hold a permit now. */
    public synchronized int running(FunctionName function) {
        Share share = shares.get(function);
        return share == null ? 0 : share.running;
    }

    /** Whether a reservation of 0 switches the function off. */
    public synchronized boolean isOff(FunctionName function) {
        Share share = shares.get(function);
        return share != null && share.reservation == 0;
    }

    /** Why {@link #tryAcquire} was empty. */
    public synchronized ThrottleReason throttleReason(FunctionName function) {
        Share share = shares.get(function);
        return share != null && share.reservation >= 0
                ? ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED
                : ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED;
    }

    /** What all functions without a reservation share. */
    public synchronized int unreservedLimit() {
        return accountLimit - reserved;
    }

    public int accountLimit() {
        return accountLimit;
    }

    private int free(Share share) {
        return share.reservation >= 0 ? share.reservation - share.running : accountLimit - reserved - unreservedRunning;
    }

    private static final class Share {
        static final int UNRESERVED = -1;
        int reservation = UNRESERVED;
        int running;
    }
}
