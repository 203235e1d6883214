package io.millrace.core.concurrency;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** What happens next, in virtual nanoseconds that all agree on; and clocks that do not. */
final class SimulatedTime {
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private long order;
    private long now;

    private record Event(long at, long order, Runnable action) {}

    /** A clock of any origin that runs fast or slow. */
    record Clock(SimulatedTime time, long origin, double rate) {
        long now() {
            return origin + (long) (time.now * rate);
        }
    }

    long now() {
        return now;
    }

    void in(long nanos, Runnable action) {
        events.add(new Event(now + nanos, order++, action));
    }

    void runUntil(Duration end) {
        while (!events.isEmpty() && events.peek().at() <= end.toNanos()) {
            Event event = events.remove();
            now = event.at();
            event.action().run();
        }
        now = end.toNanos();
    }
}
