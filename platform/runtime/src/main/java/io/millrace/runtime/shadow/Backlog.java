package io.millrace.runtime.shadow;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many copies wait in the queue, so that they are not too many. Each copy carries its place; the one that comes out
 * tells how many are behind it, whatever was lost between the two. {@link #tryAdd} is for one thread, {@link #waiting}
 * for any, the rest for the thread that sends and receives.
 */
final class Backlog {
    static final int MOST = 1_000;
    static final long MOST_BYTES = 8L << 20;
    /** None waits longer. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private static final long NEVER = -1;

    private final ShadowBudget budget;
    private final AtomicLong added = new AtomicLong();
    private final AtomicLong addedBytes = new AtomicLong();
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong seenBytes = new AtomicLong();
    /** By number; those behind copies that may still wait. */
    private final TreeMap<Long, Place> lost = new TreeMap<>();

    private long nothingComesSinceMillis = NEVER;

    /** @param budget of all shadows */
    Backlog(ShadowBudget budget) {
        this.budget = budget;
    }

    /**
     * @param number of the copy, from 1
     * @param bytes of all copies up to this one
     */
    record Place(long number, long bytes) {}

    /** Empty when too many wait, or too many bytes, of this function or of all. */
    Optional<Place> tryAdd(long bytes) {
        if (waiting() >= MOST || addedBytes.get() - seenBytes.get() + bytes > MOST_BYTES || !budget.tryTake(bytes)) {
            return Optional.empty();
        }
        return Optional.of(new Place(added.incrementAndGet(), addedBytes.addAndGet(bytes)));
    }

    /** It came out. */
    void seen(Place place) {
        nothingComesSinceMillis = NEVER;
        pass(place);
        passLost();
    }

    /** It never got in. */
    void lost(Place place) {
        lost.put(place.number(), place);
        passLost();
    }

    /** What waited may be gone, with the broker. */
    void reset() {
        nothingComesSinceMillis = NEVER;
        lost.clear();
        pass(new Place(added.get(), addedBytes.get()));
    }

    /**
     * There was no place. Where the broker sends nothing for long, though it may, nothing is there: somebody emptied the
     * queue.
     *
     * @param maySend whether it may send, and all that it sent is over
     */
    void full(boolean maySend, long nowMillis) {
        if (!maySend) {
            nothingComesSinceMillis = NEVER;
        } else if (nothingComesSinceMillis == NEVER) {
            nothingComesSinceMillis = nowMillis;
        } else if (nowMillis - nothingComesSinceMillis > LONGEST_WAIT.toMillis()) {
            reset();
        }
    }

    private void passLost() {
        for (Map.Entry<Long, Place> first = lost.firstEntry();
                first != null && first.getKey() <= seen.get() + 1;
                first = lost.firstEntry()) {
            lost.remove(first.getKey());
            pass(first.getValue());
        }
    }

    /** Not beyond what was added: a copy of an earlier life of this server has a place of that life. */
    private void pass(Place place) {
        seen.accumulateAndGet(Math.min(place.number(), added.get()), Math::max);
        long now = Math.min(place.bytes(), addedBytes.get());
        long before = seenBytes.getAndAccumulate(now, Math::max);
        budget.giveBack(Math.max(0, now - before));
    }

    long waiting() {
        return Math.max(0, added.get() - seen.get());
    }
}
