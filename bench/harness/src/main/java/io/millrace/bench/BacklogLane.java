package io.millrace.bench;

import java.time.Duration;

/**
 * A lane whose events wait in the broker before anything consumes them, so that the consumer alone is measured and not
 * those who publish. {@link #resume} starts to consume, {@link #pause} stops and fails unless all was consumed.
 */
interface BacklogLane extends Lane {
    /** About what the machine drains; decides how many events stand for a second of a window. */
    int PER_MILLI = 20;

    /** Of the events of a window: thrown away at its head. */
    double HEAD = 0.2;

    /** Puts so many events into the broker; returns when each is on disk. Nothing consumes meanwhile. */
    void fill(int events);

    /** The rate from the end of the head to the last event. */
    @Override
    default Window measure(Duration warmUp, Duration measured) {
        int events = (int) warmUp.plus(measured).toMillis() * PER_MILLI;
        long before = completed();
        fill(events);
        resume();
        long head = before + (long) (events * HEAD);
        Waiting.until("the head of a backlog", () -> completed() >= head);
        long counted = completed();
        Duration processorBefore = Processor.used();
        long startedAt = System.nanoTime();
        Waiting.until("the end of a backlog", () -> completed() >= before + events);
        double seconds = (System.nanoTime() - startedAt) / 1e9;
        Duration processor = Processor.used().minus(processorBefore);
        long consumed = before + events - counted;
        pause();
        return new Window(consumed / seconds, 0, 0, processor.toNanos() / 1e3 / consumed);
    }
}
