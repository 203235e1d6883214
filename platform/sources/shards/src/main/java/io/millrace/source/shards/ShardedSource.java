package io.millrace.source.shards;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventFrame;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceRecord;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A log whose shards split and merge: a shard is read only when those it was made of are done, so that records with one
 * key keep their order (lambda-semantics 3.7).
 */
public final class ShardedSource implements PartitionedSource {
    /** In place of the position of a shard that is done. */
    static final String DONE = "$done";

    private final ShardedLog log;
    private final Checkpoints checkpoints;
    private final Duration pollInterval;
    private final Duration listInterval;
    private final ShardStart start;
    private final Map<String, ShardReader> readers = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    // Of the one thread that asks for partitions.
    private final ShardList list = new ShardList();
    private long listedAt;

    /**
     * @param pollInterval between two looks at a shard that has nothing new
     * @param listInterval between two looks at which shards there are
     * @param clock says what LATEST means, when the source is opened for the first time and the service's agrees
     */
    public ShardedSource(
            ShardedLog log,
            SourceDescription description,
            Checkpoints checkpoints,
            Duration pollInterval,
            Duration listInterval,
            Clock clock) {
        this.log = log;
        this.checkpoints = checkpoints;
        this.pollInterval = pollInterval;
        this.listInterval = listInterval;
        this.start = new Beginning(log, checkpoints).find(description, clock);
    }

    @Override
    public Set<String> partitions() {
        requireOpen();
        if (list.shards().isEmpty() || System.nanoTime() - listedAt > listInterval.toNanos()) {
            look();
        }
        Map<String, String> positions = checkpoints.all();
        Set<String> readable = new LinkedHashSet<>();
        for (Shard shard : list.shards()) {
            boolean parentsAreDone = shard.parents().stream()
                    .allMatch(parent -> !list.mayExist(parent) || DONE.equals(positions.get(parent)));
            if (!DONE.equals(positions.get(shard.id())) && parentsAreDone) {
                readable.add(shard.id());
                readers.computeIfAbsent(shard.id(), this::reader);
            }
        }
        return readable;
    }

    /** The service keeps a shard as long as its records; what it has forgotten cannot be read again. */
    private void look() {
        Set<String> known = new HashSet<>(checkpoints.all().keySet());
        known.remove(Beginning.KEY);
        Set<String> gone = list.take(log.shards(), known);
        listedAt = System.nanoTime();
        gone.forEach(shard -> {
            readers.remove(shard);
            checkpoints.forget(shard);
        });
    }

    private ShardReader reader(String shard) {
        return new ShardReader(shard, log, checkpoints, start, pollInterval, closed);
    }

    @Override
    public List<SourceRecord> read(String partition, int most, Duration patience) throws InterruptedException {
        ShardReader reader = readers.get(partition);
        return reader == null ? List.of() : reader.read(most, patience);
    }

    @Override
    public boolean mayHaveMore(String partition) {
        ShardReader reader = readers.get(partition);
        return reader != null && reader.mayHaveMore();
    }

    @Override
    public boolean commit(String partition, String position) {
        requireOpen();
        ShardReader reader = readers.get(partition);
        if (reader == null) {
            return false;
        }
        reader.commit(position);
        return true;
    }

    @Override
    public EventFrame frame(String partition) {
        return EventFrame.RECORDS;
    }

    @Override
    public BatchInfo batchInfo(String partition, List<SourceRecord> batch) {
        return new BatchInfo(log.batchMember(), log.batchInfo(partition, batch), false);
    }

    @Override
    public void close() {
        closed.countDown();
        log.close();
    }

    private void requireOpen() {
        if (closed.getCount() == 0) {
            throw new SourceAwayException("the source is closed");
        }
    }
}
