package io.millrace.runtime.logs;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What is known of one function's log while the server runs. Thread-safe, but for {@link #segments}, which is the writer's. */
final class FunctionLog {
    private final SegmentWriter segments;
    private final AtomicLong queued = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();
    private volatile long generation;

    FunctionLog(SegmentWriter segments) {
        this.segments = segments;
    }

    SegmentWriter segments() {
        return segments;
    }

    /** Bytes, about, of lines that are not on disk yet. */
    AtomicLong queued() {
        return queued;
    }

    /** Lines that were dropped and that the log does not tell of yet. */
    AtomicLong dropped() {
        return dropped;
    }

    /** Grows with everything that gets on disk. */
    long generation() {
        return generation;
    }

    /** By the writer only. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void written() {
        generation++;
        waiting.forEach(waiter -> {
            if (waiting.remove(waiter)) {
                waiter.run();
            }
        });
    }

    /** Runs {@code waiter} once, as soon as there is more than at a generation, on any thread; it must not block. */
    void onMore(long seen, Runnable waiter) {
        waiting.add(waiter);
        if (generation != seen && waiting.remove(waiter)) {
            waiter.run();
        }
    }

    void forget(Runnable waiter) {
        waiting.remove(waiter);
    }
}
