package io.millrace.source.kafka;

import io.millrace.eventsource.SourceAwayException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that are assigned now, between the thread of the consumer and those of the mapping. Thread-safe; its
 * lock is never held for the network.
 */
final class Lanes {
    private static final long MOST_BYTES = 64L << 20;

    private final String topic;
    private final Map<Integer, Lane> lanes = new TreeMap<>();
    /** Lost since the mapping was told last what is assigned; they may be assigned again already. */
    private final Set<Integer> lost = new HashSet<>();

    private final Deque<Commit> commits = new ArrayDeque<>();
    private Optional<String> trouble = Optional.empty();
    private Optional<String> end = Optional.empty();

    Lanes(String topic) {
        this.topic = topic;
    }

    synchronized void assign(Collection<Integer> partitions) {
        partitions.forEach(partition -> lanes.put(partition, new Lane()));
        notifyAll();
    }

    synchronized void lose(Collection<Integer> partitions) {
        for (int partition : partitions) {
            if (lanes.remove(partition) != null) {
                lost.add(partition);
            }
        }
        notifyAll();
    }

    synchronized Set<Integer> assigned() {
        return new TreeSet<>(lanes.keySet());
    }

    /** The mapping's view: what was lost is missing once, even if it is back. */
    synchronized Set<Integer> told() {
        requireNoTrouble();
        Set<Integer> partitions = new TreeSet<>(lanes.keySet());
        partitions.removeAll(lost);
        lost.clear();
        return partitions;
    }

    synchronized void add(Iterable<ConsumerRecord<byte @Nullable [], byte @Nullable []>> records) {
        for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : records) {
            Lane lane = lanes.get(record.partition());
            if (lane != null) {
                lane.add(record);
            }
        }
        notifyAll();
    }

    /** Of those that are assigned, the ones that nothing is to be fetched of until they have room. */
    synchronized Set<Integer> pauseFull() {
        boolean isMemoryShort = lanes.values().stream().mapToLong(Lane::bytes).sum() >= MOST_BYTES;
        Set<Integer> full = new HashSet<>();
        lanes.forEach((partition, lane) -> {
            if (lane.pauseIfFull(isMemoryShort)) {
                full.add(partition);
            }
        });
        return full;
    }

    /** Whether fetching may go on and has not yet. */
    synchronized boolean isPausedWithRoom(int partition) {
        Lane lane = lanes.get(partition);
        return lane != null && lane.isPaused() && lane.hasRoom();
    }

    /** @return at least one, unless the patience ended or the partition is not assigned */
    synchronized List<ConsumerRecord<byte @Nullable [], byte @Nullable []>> take(
            int partition, int most, Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            requireOpen();
            Lane lane = lost.contains(partition) ? null : lanes.get(partition);
            if (lane != null && !lane.isEmpty()) {
                return lane.take(most);
            }
            requireNoTrouble();
            long left = until - System.nanoTime();
            if (left <= 0) {
                return List.of();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** For the thread of the consumer, which answers it. */
    synchronized void offer(Commit commit) {
        requireOpen();
        commits.addLast(commit);
    }

    synchronized boolean hasCommits() {
        return !commits.isEmpty();
    }

    /** Those that wait, once. */
    synchronized List<Commit> takeCommits() {
        List<Commit> taken = new ArrayList<>(commits);
        commits.clear();
        return taken;
    }

    synchronized void putBack(Collection<Commit> some) {
        commits.addAll(some);
    }

    /** What may be done with a commit, as far as the assignment says. */
    enum Standing {
        MAY_BE_KEPT,
        IS_KEPT,
        /** The partition is another reader's, or was for a while. */
        IS_LOST,
        /** Not what was read last here: the mapping and this have come apart, and must begin again. */
        IS_STRANGE
    }

    synchronized Standing standing(RecordPosition position) {
        Lane lane = lanes.get(position.partition());
        if (lane == null || lost.contains(position.partition())) {
            return Standing.IS_LOST;
        }
        if (lane.isCommitted(position.offset())) {
            return Standing.IS_KEPT;
        }
        return lane.wasRead(position.offset()) ? Standing.MAY_BE_KEPT : Standing.IS_STRANGE;
    }

    synchronized void reaches(int partition, long next, long afterLast) {
        Lane lane = lanes.get(partition);
        if (lane != null) {
            lane.reaches(next, afterLast);
        }
    }

    /** Records of a partition behind the last one that was committed; empty where nobody knows. */
    synchronized OptionalLong behind(int partition) {
        Lane lane = lanes.get(partition);
        return lane == null ? OptionalLong.empty() : lane.behind();
    }

    synchronized void committed(RecordPosition position) {
        Lane lane = lanes.get(position.partition());
        if (lane != null) {
            lane.committed(position.offset());
        }
    }

    /** Readers are told as soon as they have read what is there; until {@link #isBack}. */
    synchronized void isAway(String why) {
        trouble = Optional.of(why);
        notifyAll();
    }

    synchronized void isBack() {
        trouble = Optional.empty();
    }

    /** Nothing more is read; the first reason stays. */
    synchronized void end(String why) {
        if (end.isEmpty()) {
            end = Optional.of(why);
        }
        notifyAll();
    }

    synchronized boolean isEnded() {
        return end.isPresent();
    }

    /** For a pause of the consumer's thread; ends early with everything. */
    synchronized void rest(Duration time) throws InterruptedException {
        long until = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0 && end.isEmpty(); left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private void requireOpen() {
        end.ifPresent(why -> {
            throw new SourceAwayException("Topic " + topic + ": " + why);
        });
    }

    private void requireNoTrouble() {
        requireOpen();
        trouble.ifPresent(why -> {
            throw new SourceAwayException("Topic " + topic + ": " + why);
        });
    }
}
