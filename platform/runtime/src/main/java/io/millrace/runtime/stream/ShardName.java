package io.millrace.runtime.stream;

import java.util.Locale;

/** @param id as Kinesis writes it: {@code shardId-000000000000} */
record ShardName(String stream, String id) {
    @Override
    public String toString() {
        return stream + "/" + id;
    }

    static ShardName of(String stream, int shard) {
        return new ShardName(stream, String.format(Locale.ROOT, "shardId-%012d", shard));
    }
}
