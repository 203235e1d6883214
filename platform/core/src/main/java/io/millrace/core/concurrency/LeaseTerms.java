package io.millrace.core.concurrency;

import java.time.Duration;

/**
 * How long a share may be used after its request was sent (reliability-study C.3). The worker stops starting, and ends
 * what runs, at lease less margin by its clock; the governor grants the share again after lease and twice the drift by
 * its own. Nothing may run in between however far the two clocks drift apart.
 *
 * @param lease not longer than the broker waits for a silent connection: it redelivers after that
 * @param margin for ending what runs, less than the lease
 * @param drift by which a clock runs fast or slow at most, 0 to 0.1; 0.01 is one per cent
 */
public record LeaseTerms(Duration lease, Duration margin, double drift) {
    /** A process that is its own governor cannot lose touch with it. */
    public static final LeaseTerms ENDLESS = new LeaseTerms(Duration.ofNanos(Long.MAX_VALUE), Duration.ZERO, 0);

    public LeaseTerms {
        if (lease.isNegative() || margin.isNegative() || margin.compareTo(lease) >= 0) {
            throw new IllegalArgumentException("margin is " + margin + ", expected less than the lease, " + lease);
        }
        if (!(drift >= 0 && drift <= 0.1)) {
            throw new IllegalArgumentException("drift is " + drift + ", expected 0 to 0.1");
        }
        if (lease.minus(margin).toNanos() * (1 + drift) > held(lease, drift) * (1 - drift)) {
            throw new IllegalArgumentException(
                    "margin is " + margin + ", expected more for clocks that drift by " + drift);
        }
    }

    boolean isEndless() {
        return lease.toNanos() == Long.MAX_VALUE;
    }

    /** By the worker's clock since the request was sent. */
    long usedNanos() {
        return lease.minus(margin).toNanos();
    }

    /** By the governor's clock since the request came in. */
    long heldNanos() {
        return (long) held(lease, drift);
    }

    private static double held(Duration lease, double drift) {
        return lease.toNanos() * (1 + 2 * drift);
    }
}
