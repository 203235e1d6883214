package io.millrace.runtime.shadow;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many copies wait in the queue, so that they are not too many. Each copy carries its place; the one that comes out
 * tells how many are behind it, whatever was lost between the two. {@link #tryAdd} is for one thread, the rest for any.
 */
final class Backlog {
    static final int MOST = 1_000;
    static final long MOST_BYTES = 64L << 20;

    private final AtomicLong added = new AtomicLong();
    private final AtomicLong addedBytes = new AtomicLong();
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong seenBytes = new AtomicLong();

    /**
     * @param number of the copy, from 1
     * @param bytes of all copies up to this one
     */
    record Place(long number, long bytes) {}

    /** Empty when too many wait, or too many bytes. */
    Optional<Place> tryAdd(long bytes) {
        if (waiting() >= MOST || addedBytes.get() - seenBytes.get() + bytes > MOST_BYTES) {
            return Optional.empty();
        }
        return Optional.of(new Place(added.incrementAndGet(), addedBytes.addAndGet(bytes)));
    }

    /** It came out. */
    void seen(Place place) {
        seen.accumulateAndGet(place.number(), Math::max);
        seenBytes.accumulateAndGet(place.bytes(), Math::max);
    }

    /** What waited may be gone, with the broker. */
    void reset() {
        seen.set(added.get());
        seenBytes.set(addedBytes.get());
    }

    long waiting() {
        return Math.max(0, added.get() - seen.get());
    }
}
