package io.millrace.runtime.stream;

/** A shard as it is shown: its sequence numbers begin behind {@link SequenceNumber#START}. */
public record ShardView(String id, HashRange hashes) {}
