package io.millrace.runtime.stream;

/** Where a record is kept. */
public record Placed(String shardId, SequenceNumber sequence) {}
