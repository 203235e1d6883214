package io.millrace.runtime.mapping;

import io.millrace.eventsource.SourceRecord;
import io.millrace.runtime.mapping.Progress.Entry;
import io.millrace.runtime.mapping.Progress.Point;
import io.millrace.runtime.mapping.StopSignal.Stopped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What of a partition was read and is not committed: between the thread that reads and those of its lanes, which it
 * blocks until there is something to do. Records with the same key are in the same lane. Holds at most two batches for
 * each lane. Thread-safe.
 */
final class PartitionBuffer {
    /** Beyond these, records that are done wait only for others before them. */
    private static final int ALWAYS_UNDER_WAY = 1_000;

    private static final int BATCHES_UNDER_WAY = 4;
    /** What the clock of a source may be behind ours. */
    private static final Duration CLOCKS_APART = Duration.ofSeconds(1);

    private final StopSignal signal;
    private final List<Lane> lanes;
    private final int mostUnderWay;
    private final Progress progress = new Progress();
    /** When the newest record arrived, by the clock of the source. */
    private Optional<Instant> newest = Optional.empty();
    /** When one was read that arrived then. */
    private long newestReadNanos;
    /** All that arrived before this was read. */
    private Instant known = Instant.MIN;

    /** A record, and whether the function wants it. */
    record Read(SourceRecord record, boolean isWanted) {}

    PartitionBuffer(StopSignal signal, int lanes, Lane.Limits limits) {
        this.signal = signal;
        this.lanes =
                IntStream.range(0, lanes).mapToObj(lane -> new Lane(limits)).toList();
        this.mostUnderWay = Math.max(ALWAYS_UNDER_WAY, BATCHES_UNDER_WAY * lanes * limits.mostRecords());
        signal.onStop(this::wakeAll);
    }

    private synchronized void wakeAll() {
        notifyAll();
    }

    /** Blocks until more may be read. */
    synchronized void awaitRoom() throws Stopped {
        signal.requireRunning();
        try {
            while (progress.underWay() >= mostUnderWay || !lanes.stream().allMatch(Lane::hasRoom)) {
                wait();
                signal.requireRunning();
            }
        } catch (InterruptedException nobodyDoesThat) {
            throw interrupted(nobodyDoesThat);
        }
    }

    /** In the order of reading; records that are not wanted are done. */
    synchronized void add(List<Read> records) {
        long now = System.nanoTime();
        for (Read read : records) {
            SourceRecord record = read.record();
            Entry entry = progress.read(record.position());
            if (read.isWanted()) {
                lanes.get(lane(record.orderKey())).add(new StreamItem(entry, record), now);
            } else {
                progress.done(entry);
            }
            see(record.arrived(), now);
        }
        notifyAll();
    }

    private int lane(String orderKey) {
        int hash = orderKey.hashCode();
        return Math.floorMod(hash ^ (hash >>> 16), lanes.size());
    }

    private void see(Instant arrived, long nowNanos) {
        if (newest.filter(arrived::isBefore).isEmpty()) {
            newest = Optional.of(arrived);
            newestReadNanos = nowNanos;
            known = later(arrived, known);
        }
    }

    /**
     * The source had nothing more. What that says of its time is what the wall clock says, which may be set: forwards,
     * and nothing of it is kept when it is right again; back, and then as much time has gone by for the source as here
     * since its newest record was read.
     *
     * @param asked when it was asked, by the wall clock
     * @param askedNanos the same, by {@code System.nanoTime()}
     */
    synchronized void nothingCameBefore(Instant asked, long askedNanos) {
        Instant atLeast = newest.map(arrived -> later(
                        arrived, arrived.plusNanos(askedNanos - newestReadNanos).minus(CLOCKS_APART)))
                .orElse(Instant.MIN);
        known = later(asked.minus(CLOCKS_APART), atLeast);
        notifyAll();
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /**
     * Blocks until there is something to do.
     *
     * @param open the window that was begun with the batch before
     */
    synchronized Lane.Next next(int lane, Optional<WindowBounds> open) throws Stopped {
        try {
            while (true) {
                signal.requireRunning();
                long now = System.nanoTime();
                Optional<Lane.Next> next = lanes.get(lane).next(now, open, known);
                if (next.isPresent()) {
                    notifyAll();
                    return next.get();
                }
                // 0 is as long as it takes.
                wait(lanes.get(lane).dueInMillis(now).orElse(0));
            }
        } catch (InterruptedException nobodyDoesThat) {
            throw interrupted(nobodyDoesThat);
        }
    }

    private static IllegalStateException interrupted(InterruptedException nobodyDoesThat) {
        return new IllegalStateException("the thread of a poller was interrupted", nobodyDoesThat);
    }

    synchronized void done(List<StreamItem> items) {
        items.forEach(item -> progress.done(item.entry()));
        notifyAll();
    }

    /** Nothing from {@code first} on is committed until {@link #release}. */
    synchronized void hold(int lane, StreamItem first) {
        progress.hold(lane, first.entry());
    }

    synchronized void release(int lane) {
        progress.release(lane);
    }

    synchronized Optional<Point> committable() {
        return progress.committable();
    }

    synchronized void committed(Point point) {
        progress.committed(point);
    }
}
