package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventFrame;
import io.millrace.eventsource.EventSource;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A log in memory that keeps its positions itself: its partitions outlive the pollers of a test. Thread-safe. */
final class MemoryLog implements EventSourceKind {
    private final Map<String, List<SourceRecord>> partitions = new TreeMap<>();
    private final Map<String, Integer> next = new HashMap<>();
    private final List<Integer> commits = new ArrayList<>();
    private final Set<String> lost = new TreeSet<>();
    private final Map<String, Long> behind = new HashMap<>();
    private final Set<String> mayHaveMore = new TreeSet<>();
    private int opened;
    private int read;
    private int readings;
    private boolean away;
    private boolean broken;

    synchronized void addPartition(String partition) {
        partitions.putIfAbsent(partition, new ArrayList<>());
    }

    synchronized void append(String partition, String key, Instant arrived) {
        append(partition, key, arrived, "");
    }

    /** @param padding that makes the record so much longer */
    synchronized void append(String partition, String key, Instant arrived, String padding) {
        List<SourceRecord> records = partitions.computeIfAbsent(partition, isNew -> new ArrayList<>());
        append(records, key, arrived, padding, Optional.empty());
    }

    /** @param trace where its producer was */
    synchronized void appendTraced(String partition, String trace) {
        List<SourceRecord> records = partitions.computeIfAbsent(partition, isNew -> new ArrayList<>());
        append(records, "traced", FeedingFloor.NOON, "", Optional.of(trace));
    }

    private void append(
            List<SourceRecord> records, String key, Instant arrived, String padding, Optional<String> trace) {
        String position = Integer.toString(records.size());
        String json = "{\"n\":" + position + ",\"key\":\"" + key + "\",\"padding\":\"" + padding + "\"}";
        records.add(new SourceRecord(
                position, key, arrived, json.getBytes(StandardCharsets.UTF_8), () -> filterView(position, key), trace));
        notifyAll();
    }

    private synchronized ObjectNode filterView(String position, String key) {
        requireThere();
        return JsonNodeFactory.instance
                .objectNode()
                .put("n", Integer.parseInt(position))
                .put("key", key);
    }

    /** What it says of this partition. */
    synchronized void behind(String partition, long records) {
        behind.put(partition, records);
    }

    /** What it says of this partition after each answer. */
    synchronized void mayHaveMore(String partition, boolean mayHaveMore) {
        if (mayHaveMore) {
            this.mayHaveMore.add(partition);
        } else {
            this.mayHaveMore.remove(partition);
        }
    }

    /** Every call fails as it should while this holds. */
    synchronized void away(boolean isAway) {
        away = isAway;
    }

    /** Every call fails as it should not while this holds. */
    synchronized void broken(boolean isBroken) {
        broken = isBroken;
    }

    /** The partition goes to another reader, at first without that anybody hears of it. */
    synchronized void lose(String partition) {
        lost.add(partition);
    }

    /** What is committed, in the order of the commits. */
    synchronized List<Integer> commits() {
        return List.copyOf(commits);
    }

    /** Records committed of a partition. */
    synchronized int done(String partition) {
        return next.getOrDefault(partition, 0);
    }

    /** Records handed out, those that came again too. */
    synchronized int read() {
        return read;
    }

    /** How often it was asked for records, and answered. */
    synchronized int readings() {
        return readings;
    }

    /** Sources that are open now. */
    synchronized int open() {
        return opened;
    }

    private void requireThere() {
        if (broken) {
            throw new IllegalStateException("a mistake in the source");
        }
        if (away) {
            throw new SourceAwayException("the log is away");
        }
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public boolean isOf(SourceDescription source) {
        return source.service().filter("memory"::equals).isPresent();
    }

    @Override
    public synchronized EventSource open(SourceDescription source, Checkpoints checkpoints) {
        requireThere();
        opened++;
        return new Reader();
    }

    private final class Reader implements PartitionedSource {
        private final Map<String, Integer> positions = new HashMap<>();

        @Override
        public Set<String> partitions() {
            synchronized (MemoryLog.this) {
                requireThere();
                Set<String> left = new TreeSet<>(partitions.keySet());
                left.removeAll(lost);
                return left;
            }
        }

        @Override
        public List<SourceRecord> read(String partition, int most, Duration patience) throws InterruptedException {
            // Less than it may, so that a stop need not wait for it.
            long deadline = System.nanoTime() + Math.min(patience.toNanos(), 20_000_000);
            synchronized (MemoryLog.this) {
                requireThere();
                int from = positions.getOrDefault(partition, done(partition));
                List<SourceRecord> records = partitions.getOrDefault(partition, List.of());
                long left = deadline - System.nanoTime();
                while (from == records.size() && left > 0) {
                    MemoryLog.this.wait(left / 1_000_000 + 1);
                    left = deadline - System.nanoTime();
                }
                requireThere();
                int to = Math.min(from + most, records.size());
                positions.put(partition, to);
                read += to - from;
                readings++;
                return records.subList(from, to);
            }
        }

        @Override
        public boolean mayHaveMore(String partition) {
            synchronized (MemoryLog.this) {
                return mayHaveMore.contains(partition);
            }
        }

        @Override
        public boolean commit(String partition, String position) {
            synchronized (MemoryLog.this) {
                requireThere();
                if (lost.contains(partition)) {
                    return false;
                }
                commits.add(Integer.valueOf(position));
                next.put(partition, Integer.parseInt(position) + 1);
                return true;
            }
        }

        @Override
        public OptionalLong behind(String partition) {
            synchronized (MemoryLog.this) {
                Long records = behind.get(partition);
                return records == null ? OptionalLong.empty() : OptionalLong.of(records);
            }
        }

        @Override
        public EventFrame frame(String partition) {
            return EventFrame.RECORDS;
        }

        @Override
        public BatchInfo batchInfo(String partition, List<SourceRecord> batch) {
            ObjectNode info = JsonNodeFactory.instance.objectNode();
            info.put("shardId", partition)
                    .put("startSequenceNumber", batch.get(0).position())
                    .put("endSequenceNumber", batch.get(batch.size() - 1).position())
                    .put("batchSize", batch.size());
            return new BatchInfo("MemoryBatchInfo", info, false);
        }

        @Override
        public void close() {
            synchronized (MemoryLog.this) {
                opened--;
            }
        }
    }
}
