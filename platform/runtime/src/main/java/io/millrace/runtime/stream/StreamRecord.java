package io.millrace.runtime.stream;

import java.time.Instant;

/**
 * A record as readers get it.
 *
 * @param data not to be changed
 * @param arrived by this server's clock, to the millisecond; never before that of an earlier record of the shard
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record StreamRecord(SequenceNumber sequence, String partitionKey, byte[] data, Instant arrived) {
    // Of the objects around a record, in the memory of a JVM.
    private static final int OBJECTS = 200;

    int size() {
        return data.length + partitionKey.length() + OBJECTS;
    }
}
