package io.millrace.source.shards;

import java.time.Instant;

/** Where to begin in a shard. */
public sealed interface ShardStart {

    /** With the oldest record there is. */
    record Oldest() implements ShardStart {}

    /** With the oldest record there is; those that came before this time are left out. */
    record Newer(Instant time) implements ShardStart {}

    /** With the first record that came at this time or later. */
    record Since(Instant time) implements ShardStart {}

    /** Behind this record. */
    record After(String position) implements ShardStart {}
}
