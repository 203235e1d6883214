package io.millrace.source.shards;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceRecord;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Supplier;

/** A service with one shard that answers each look as a test says. For one thread. */
final class PagedLog implements ShardedLog {
    static final String SHARD = "shard-0";

    private final Queue<Supplier<ShardPage>> pages = new ArrayDeque<>();

    void answer(Supplier<ShardPage> page) {
        pages.add(page);
    }

    @Override
    public List<Shard> shards() {
        return List.of(new Shard(SHARD, Set.of()));
    }

    @Override
    public boolean beginsAtTimes() {
        return true;
    }

    @Override
    public Optional<Instant> time() {
        return Optional.empty();
    }

    @Override
    public String iterator(String shard, ShardStart start) {
        return "place";
    }

    @Override
    public ShardPage read(String shard, String iterator, int most) {
        return pages.remove().get();
    }

    @Override
    public String batchMember() {
        return "PagedBatchInfo";
    }

    @Override
    public ObjectNode batchInfo(String shard, List<SourceRecord> batch) {
        return JsonNodeFactory.instance.objectNode();
    }

    @Override
    public void close() {}
}
