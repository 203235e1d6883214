package io.millrace.core.scaling;

import io.millrace.core.Require;

/**
 * The busiest moment of one period.
 *
 * @param inUse provisioned environments that ran an attempt, 0 to {@code available}
 * @param available provisioned environments that were initialised, at least 1: without them there is no utilisation
 */
public record Datapoint(int inUse, int available) {
    public Datapoint {
        Require.between("available", available, 1, CapacityRange.HIGHEST);
        Require.between("inUse", inUse, 0, available);
    }

    /** 0 to 1. */
    public double utilisation() {
        return (double) inUse / available;
    }

    /** Whether it shows more load; of two with the same utilisation that is the one with more in use. */
    public boolean isBusierThan(Datapoint other) {
        int byUtilisation = Double.compare(utilisation(), other.utilisation());
        return byUtilisation > 0 || (byUtilisation == 0 && inUse > other.inUse);
    }
}
