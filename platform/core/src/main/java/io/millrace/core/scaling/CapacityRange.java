package io.millrace.core.scaling;

import io.millrace.core.Require;

/**
 * Within what provisioned concurrency may be scaled.
 *
 * @param minimum environments, 0 to 1,000,000
 * @param maximum environments, {@code minimum} to 1,000,000
 */
public record CapacityRange(int minimum, int maximum) {
    /** What any account could have at most. */
    public static final int HIGHEST = 1_000_000;

    public CapacityRange {
        Require.between("minimum capacity", minimum, 0, HIGHEST);
        Require.between("maximum capacity", maximum, minimum, HIGHEST);
    }

    /** The capacity within the range that is nearest to {@code capacity}. */
    public int nearest(int capacity) {
        return Math.max(minimum, Math.min(maximum, capacity));
    }
}
