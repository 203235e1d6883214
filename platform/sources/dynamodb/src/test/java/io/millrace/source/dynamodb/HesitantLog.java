package io.millrace.source.dynamodb;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceRecord;
import io.millrace.source.shards.Shard;
import io.millrace.source.shards.ShardPage;
import io.millrace.source.shards.ShardStart;
import io.millrace.source.shards.ShardedLog;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A log whose first pages are empty, as the service may answer, and whose time a test sets. Thread-safe. */
final class HesitantLog implements ShardedLog {
    private final ShardedLog real;
    private final Instant time;
    private int emptyPages;
    private int recordsRead;

    HesitantLog(ShardedLog real, int emptyPages, Instant time) {
        this.real = real;
        this.emptyPages = emptyPages;
        this.time = time;
    }

    /** Of those that the server has. */
    synchronized int recordsRead() {
        return recordsRead;
    }

    @Override
    public List<Shard> shards() {
        return real.shards();
    }

    @Override
    public boolean beginsAtTimes() {
        return real.beginsAtTimes();
    }

    @Override
    public Optional<Instant> time() {
        return Optional.of(time);
    }

    @Override
    public String iterator(String shard, ShardStart start) {
        return real.iterator(shard, start);
    }

    @Override
    public synchronized ShardPage read(String shard, String iterator, int most) {
        emptyPages--;
        if (emptyPages >= 0) {
            return new ShardPage(List.of(), false, Optional.of(iterator));
        }
        ShardPage page = real.read(shard, iterator, most);
        recordsRead += page.records().size();
        return page;
    }

    @Override
    public String batchMember() {
        return real.batchMember();
    }

    @Override
    public ObjectNode batchInfo(String shard, List<SourceRecord> batch) {
        return real.batchInfo(shard, batch);
    }

    @Override
    public void close() {
        real.close();
    }
}
