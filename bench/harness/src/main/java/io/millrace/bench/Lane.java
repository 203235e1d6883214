package io.millrace.bench;

import java.time.Duration;

/**
 * One way to bring events through the broker, connected and idle until it is resumed.
 *
 * <p>Driven by one thread; what runs underneath is the lane's own affair.
 */
interface Lane extends AutoCloseable {

    /** Puts the load on. */
    void resume();

    /** Events that ended since the lane was connected; may be asked while the load is on. */
    long completed();

    /** Takes the load off and returns once nothing is in flight. */
    void pause();

    /** Forgets the latencies recorded so far; lanes that record none ignore it. */
    default void forgetLatencies() {}

    /** The median latency in microseconds since {@link #forgetLatencies}, or 0 where none is recorded. */
    default double medianMicros() {
        return 0;
    }

    /** The 99th percentile of the latency in microseconds since {@link #forgetLatencies}, or 0. */
    default double p99Micros() {
        return 0;
    }

    @Override
    void close();

    /** Load on, the first part thrown away, the second measured, load off. */
    default Window measure(Duration warmUp, Duration measured) {
        resume();
        Pause.of(warmUp);
        forgetLatencies();
        long completedBefore = completed();
        Duration processorBefore = Processor.used();
        long startedAt = System.nanoTime();
        Pause.of(measured);
        long ended = completed() - completedBefore;
        double seconds = (System.nanoTime() - startedAt) / 1e9;
        double processorMicros = Processor.used().minus(processorBefore).toNanos() / 1e3 / Math.max(1, ended);
        double medianMicros = medianMicros();
        double p99Micros = p99Micros();
        pause();
        return new Window(ended / seconds, medianMicros, p99Micros, processorMicros);
    }
}
