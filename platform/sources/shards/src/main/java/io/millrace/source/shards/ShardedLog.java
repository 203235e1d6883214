package io.millrace.source.shards;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The service's side of a source. Methods block; thread-safe; they fail with SourceAwayException where the service does
 * not answer as it should.
 */
public interface ShardedLog extends AutoCloseable {

    /** All that still exist. */
    List<Shard> shards();

    /** Whether a read can begin at a time. */
    boolean beginsAtTimes();

    /** By the service's own clock, cut to the second; empty where it does not tell. */
    Optional<Instant> time();

    /**
     * A place in a shard, good for a few minutes. A position that exists no more means the oldest record.
     *
     * @throws TimeNotReachedException if the start is a time, and of the future by the service's clock
     */
    String iterator(String shard, ShardStart start);

    /**
     * @param most 1 to 10,000; the service may answer fewer, and none although there are more
     * @throws IteratorExpiredException if the place was used too late
     */
    ShardPage read(String shard, String iterator, int most);

    /** Name of the member about a batch in records of failures. */
    String batchMember();

    /** What that member holds. */
    ObjectNode batchInfo(String shard, List<SourceRecord> batch);

    @Override
    void close();
}
