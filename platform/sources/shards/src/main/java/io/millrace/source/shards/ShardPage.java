package io.millrace.source.shards;

import io.millrace.eventsource.SourceRecord;
import java.util.List;
import java.util.Optional;

/**
 * @param isBehind whether the service says that there is more now; one that does not tell says no
 * @param next where to go on; empty at the end of a shard that takes no more records
 */
public record ShardPage(List<SourceRecord> records, boolean isBehind, Optional<String> next) {
    public ShardPage {
        records = List.copyOf(records);
    }
}
