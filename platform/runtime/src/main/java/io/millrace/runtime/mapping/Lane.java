package io.millrace.runtime.mapping;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Records of one partition that are handled one batch after the other. For one thread at a time. */
final class Lane {
    private final Limits limits;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long bytes;

    /**
     * @param mostRecords in a batch
     * @param mostBytes of the records of a batch, with commas
     * @param fillNanos how long a batch is filled
     * @param tumblingWindow 0 for none
     */
    record Limits(int mostRecords, long mostBytes, long fillNanos, Duration tumblingWindow) {}

    private record Waiting(StreamItem item, long sinceNanos) {}

    /** What is to be done next. */
    sealed interface Next {}

    /** Records for the function, at least one. Only one that is alone may be too large. */
    record Batch(List<StreamItem> items) implements Next {}

    /** The open window has no more records. */
    record WindowOver() implements Next {}

    Lane(Limits limits) {
        this.limits = limits;
    }

    /** Whether more may come. If not, what is here is a batch: nothing would be read that could fill it. */
    boolean hasRoom() {
        return waiting.size() < limits.mostRecords() && bytes < limits.mostBytes();
    }

    void add(StreamItem item, long nowNanos) {
        waiting.addLast(new Waiting(item, nowNanos));
        bytes += item.bytes();
    }

    /**
     * @param open the window that was begun with the batch before
     * @param known all records that arrived before this are here
     * @return empty if it is to be asked again later
     */
    Optional<Next> next(long nowNanos, Optional<WindowBounds> open, Instant known) {
        Optional<Instant> head = Optional.ofNullable(waiting.peekFirst())
                .map(first -> first.item().record().arrived());
        if (open.isPresent() && open.get().isBefore(head.orElse(known))) {
            return Optional.of(new WindowOver());
        }
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        List<StreamItem> batch = fill(open);
        boolean isFull = batch.size() == limits.mostRecords() || batch.size() < waiting.size() || !hasRoom();
        if (!isFull && nowNanos - waiting.getFirst().sinceNanos() < limits.fillNanos()) {
            return Optional.empty();
        }
        for (StreamItem taken : batch) {
            waiting.removeFirst();
            bytes -= taken.bytes();
        }
        return Optional.of(new Batch(batch));
    }

    /** As many of the first as make one batch. */
    private List<StreamItem> fill(Optional<WindowBounds> open) {
        List<StreamItem> batch = new ArrayList<>();
        Optional<WindowBounds> window = open;
        long size = 0;
        Iterator<Waiting> items = waiting.iterator();
        while (items.hasNext() && batch.size() < limits.mostRecords()) {
            StreamItem item = items.next().item();
            Instant arrived = item.record().arrived();
            size += item.bytes() + 1;
            if (window.isEmpty() && !limits.tumblingWindow().isZero()) {
                window = Optional.of(WindowBounds.around(arrived, limits.tumblingWindow()));
            }
            boolean fits = size - 1 <= limits.mostBytes();
            boolean isOfLaterWindow = window.isPresent() && window.get().isBefore(arrived);
            if (!batch.isEmpty() && (!fits || isOfLaterWindow)) {
                return batch;
            }
            batch.add(item);
        }
        return batch;
    }

    /** When the batch that is being filled is due, at least 1; empty without one. */
    OptionalLong dueInMillis(long nowNanos) {
        if (waiting.isEmpty()) {
            return OptionalLong.empty();
        }
        long nanos = waiting.getFirst().sinceNanos() + limits.fillNanos() - nowNanos;
        return OptionalLong.of(Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos)) + 1);
    }
}
