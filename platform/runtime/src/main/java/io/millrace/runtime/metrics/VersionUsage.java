package io.millrace.runtime.metrics;

import io.millrace.runtime.registry.UsageAmount;
import io.millrace.runtime.registry.UsageRow;
import java.time.LocalDate;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the attempts of one version used since it was deployed. Counting is thread-safe and neither blocks nor allocates;
 * {@link #unwritten} and {@link #written} are for one thread at a time.
 */
final class VersionUsage {
    private final String function;
    private final String version;
    private final LongAdder begun = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder megabyteMillis = new LongAdder();
    private final LongAdder coldStarts = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private UsageAmount written = UsageAmount.NOTHING;
    private volatile boolean retired;

    VersionUsage(String function, String version) {
        this.function = function;
        this.version = version;
    }

    UsageRow on(LocalDate day, UsageAmount amount) {
        return new UsageRow(day, function, version, amount);
    }

    /** An attempt begins. */
    void begun() {
        begun.increment();
    }

    /** It did not begin, and will not end. */
    void notBegun() {
        begun.decrement();
    }

    /** No further attempt will begin. */
    void retire() {
        retired = true;
    }

    /** Whether nothing will be added any more. */
    boolean isOver() {
        return retired && begun.sum() == requests.sum();
    }

    /**
     * An attempt ended.
     *
     * @param megabyteMillis billed milliseconds by megabytes of its configuration
     */
    void add(long megabyteMillis, boolean cold, long in, long out) {
        this.megabyteMillis.add(megabyteMillis);
        if (cold) {
            coldStarts.increment();
        }
        bytesIn.add(in);
        bytesOut.add(out);
        requests.increment(); // Last: whoever sees that all have ended sees what they used.
    }

    /** What came since the last that was written. */
    UsageAmount unwritten() {
        return new UsageAmount(requests.sum(), megabyteMillis.sum(), coldStarts.sum(), bytesIn.sum(), bytesOut.sum())
                .minus(written);
    }

    void written(UsageAmount more) {
        written = written.plus(more);
    }
}
