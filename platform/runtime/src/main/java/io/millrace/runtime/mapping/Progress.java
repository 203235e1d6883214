package io.millrace.runtime.mapping;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How far a partition is done. Records are done in any order; what may be committed is the last before which all are
 * done, and never one before the first record of a window that is still open. For one thread at a time.
 */
final class Progress {
    private final Deque<Entry> underWay = new ArrayDeque<>();
    private final Map<Integer, Entry> holds = new HashMap<>();
    private Optional<Entry> last = Optional.empty();
    private Point reached = Point.NONE;
    private Point committed = Point.NONE;

    /** @param sequence counted from 1 in the order of reading */
    record Point(long sequence, String position) {
        /** Before the first record. */
        static final Point NONE = new Point(0, "");
    }

    /** One record that was read. */
    static final class Entry {
        private final Point before;
        private final Point point;
        private boolean isDone;

        private Entry(Point before, Point point) {
            this.before = before;
            this.point = point;
        }
    }

    /** In the order of reading. */
    Entry read(String position) {
        Point before = last.map(entry -> entry.point).orElse(Point.NONE);
        Entry entry = new Entry(before, new Point(before.sequence() + 1, position));
        last = Optional.of(entry);
        underWay.addLast(entry);
        return entry;
    }

    void done(Entry entry) {
        entry.isDone = true;
        while (!underWay.isEmpty() && underWay.getFirst().isDone) {
            reached = underWay.removeFirst().point;
        }
    }

    /** Nothing from {@code first} on is committed until {@link #release}. */
    void hold(int lane, Entry first) {
        holds.put(lane, first);
    }

    void release(int lane) {
        holds.remove(lane);
    }

    /** Records from the first that is not done. */
    int underWay() {
        return underWay.size();
    }

    /** What may be committed and is not yet. */
    Optional<Point> committable() {
        Point until = reached;
        for (Entry hold : holds.values()) {
            if (hold.before.sequence() < until.sequence()) {
                until = hold.before;
            }
        }
        return until.sequence() > committed.sequence() ? Optional.of(until) : Optional.empty();
    }

    void committed(Point point) {
        committed = point;
    }
}
