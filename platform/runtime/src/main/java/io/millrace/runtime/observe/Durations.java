package io.millrace.runtime.observe;

import java.util.concurrent.atomic.LongAdder;

/** How long something took, as counts by length. Thread-safe; recording neither blocks nor allocates. */
public final class Durations {
    private static final double NANOS_PER_SECOND = 1e9;

    private final double[] boundsSeconds;
    private final long[] boundsNanos;
    private final LongAdder[] counts;
    private final LongAdder sumNanos = new LongAdder();

    /** @param boundsSeconds highest of each class, ascending; one class more takes what is above the last */
    Durations(double... boundsSeconds) {
        this.boundsSeconds = boundsSeconds.clone();
        this.boundsNanos = new long[boundsSeconds.length];
        this.counts = new LongAdder[boundsSeconds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
            if (i < boundsNanos.length) {
                boundsNanos[i] = Math.round(boundsSeconds[i] * NANOS_PER_SECOND);
            }
        }
    }

    void record(long nanos) {
        int at = 0;
        while (at < boundsNanos.length && nanos > boundsNanos[at]) {
            at++;
        }
        counts[at].increment();
        sumNanos.add(nanos);
    }

    /** The highest of each class in seconds, the last one without end. */
    public double[] bounds() {
        double[] bounds = new double[counts.length];
        System.arraycopy(boundsSeconds, 0, bounds, 0, boundsSeconds.length);
        bounds[counts.length - 1] = Double.POSITIVE_INFINITY;
        return bounds;
    }

    /** How many are in each class, not summed up. */
    public long[] counts() {
        long[] now = new long[counts.length];
        for (int i = 0; i < now.length; i++) {
            now[i] = counts[i].sum();
        }
        return now;
    }

    /** All of them together. */
    public double sumSeconds() {
        return sumNanos.sum() / NANOS_PER_SECOND;
    }
}
