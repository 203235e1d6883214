package io.millrace.runtime.observe;

import java.util.concurrent.atomic.LongAdder;

/** What the attempts of one version of a function came to since the server began. Thread-safe. */
public final class VersionMeters {
    private final LongAdder invocations = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder coldStarts = new LongAdder();

    VersionMeters() {}

    /** @param failed with an error of the function or of the platform, or because its time was over */
    public void ended(boolean failed) {
        invocations.increment();
        if (failed) {
            errors.increment();
        }
    }

    /** An attempt had to wait for its environment to be initialised. */
    public void coldStart() {
        coldStarts.increment();
    }

    public long invocations() {
        return invocations.sum();
    }

    public long errors() {
        return errors.sum();
    }

    public long coldStarts() {
        return coldStarts.sum();
    }
}
