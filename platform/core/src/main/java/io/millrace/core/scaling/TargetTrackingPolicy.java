package io.millrace.core.scaling;

import io.millrace.core.Require;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/**
 * Which utilisation of provisioned concurrency is aimed at (lambda-semantics 4.4).
 *
 * @param target share of environments in use, 0.1 to 0.9
 * @param scaleOutCooldown after a scale-out, how long only a larger one may follow; 0 to 1 day
 * @param scaleInCooldown after a scale-in, how long none may follow; 0 to 1 day
 * @param isScaleInDisabled capacity then only grows
 */
public record TargetTrackingPolicy(
        double target, Duration scaleOutCooldown, Duration scaleInCooldown, boolean isScaleInDisabled) {
    public static final double LOWEST_TARGET = 0.1;
    public static final double HIGHEST_TARGET = 0.9;
    public static final Duration LONGEST_COOLDOWN = Duration.ofDays(1);

    private static final BigDecimal SHARE_THAT_IS_LOW = new BigDecimal("0.9");

    public TargetTrackingPolicy {
        if (!(target >= LOWEST_TARGET && target <= HIGHEST_TARGET)) {
            throw new IllegalArgumentException(
                    "target is " + target + ", expected " + LOWEST_TARGET + " to " + HIGHEST_TARGET);
        }
        Require.between("scaleOutCooldown", scaleOutCooldown, Duration.ZERO, LONGEST_COOLDOWN);
        Require.between("scaleInCooldown", scaleInCooldown, Duration.ZERO, LONGEST_COOLDOWN);
    }

    boolean isHigh(Datapoint datapoint) {
        return datapoint.utilisation() > target;
    }

    /** Below 90 % of the target, so that a capacity that just fits is not taken away. */
    boolean isLow(Datapoint datapoint) {
        return datapoint.utilisation()
                < BigDecimal.valueOf(target).multiply(SHARE_THAT_IS_LOW).doubleValue();
    }

    /**
     * Environments with which the load of the datapoint would be at the target. That is capacity times utilisation by
     * target, rounded up, taken of the environments that were there: those still being initialised make no difference.
     */
    int needed(Datapoint datapoint) {
        // Decimal, because 21 / 0.7 is a little more than 30 in binary and would be rounded up to 31.
        return BigDecimal.valueOf(datapoint.inUse())
                .divide(BigDecimal.valueOf(target), 0, RoundingMode.CEILING)
                .intValueExact();
    }
}
