package io.millrace.runtime.observe;

import java.util.concurrent.atomic.LongAdder;

/** What the attempts of one version of a function came to since the server began. Thread-safe. */
public final class VersionMeters {
    private final LongAdder invocations = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder provisioned = new LongAdder();
    private final Durations durations =
            new Durations(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900);
    private final LongAdder coldStarts = new LongAdder();
    private final Durations initialisations = new Durations(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);

    VersionMeters() {}

    /** @param failed with an error of the function or of the platform, or because its time was over */
    public void ended(boolean failed) {
        invocations.increment();
        if (failed) {
            errors.increment();
        }
    }

    /** So long the handler of an attempt ran. */
    public void ran(long nanos) {
        durations.record(nanos);
    }

    /** An attempt had to wait so long for its environment to be initialised. */
    public void coldStart(long nanos) {
        coldStarts.increment();
        initialisations.record(nanos);
    }

    /** An attempt ran in a provisioned environment. */
    public void ranProvisioned() {
        provisioned.increment();
    }

    public long invocations() {
        return invocations.sum();
    }

    public long errors() {
        return errors.sum();
    }

    public Durations durations() {
        return durations;
    }

    public long coldStarts() {
        return coldStarts.sum();
    }

    public Durations initialisations() {
        return initialisations;
    }

    public long provisionedInvocations() {
        return provisioned.sum();
    }
}
