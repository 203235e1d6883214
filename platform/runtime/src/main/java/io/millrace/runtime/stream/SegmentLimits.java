package io.millrace.runtime.stream;

import java.time.Duration;

/**
 * When a segment is full. Larger ones cost who reads from the middle of one more, as the broker looks at all of its
 * records before; smaller ones are more queues.
 *
 * @param records at most 16 million
 */
record SegmentLimits(long records, long bytes) {
    static final SegmentLimits STANDARD = new SegmentLimits(100_000, 64L << 20);

    /** A segment is deleted as a whole, so it keeps its first record longer than it must by the time it was open. */
    private static final int PARTS_OF_RETENTION = 24;

    boolean isFull(long records, long bytes) {
        return records >= this.records || bytes >= this.bytes;
    }

    Duration longest(Duration retention) {
        return retention.dividedBy(PARTS_OF_RETENTION);
    }
}
