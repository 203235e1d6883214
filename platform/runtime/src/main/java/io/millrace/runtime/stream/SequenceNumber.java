package io.millrace.runtime.stream;

import java.util.Optional;

/**
 * A place in a shard: a segment of it and an index there, both from 1 on. Later ones are greater, as numbers and, having
 * 19 digits all, as text.
 */
public record SequenceNumber(long value) implements Comparable<SequenceNumber> {
    private static final int INDEX_BITS = 24;
    private static final long LAST_INDEX = (1L << INDEX_BITS) - 1;
    private static final long ZERO = 1L << 62;
    private static final int DIGITS = 19;

    /** Before all records. */
    public static final SequenceNumber START = new SequenceNumber(ZERO);

    /** @throws IllegalArgumentException if no shard has such a place */
    public SequenceNumber {
        if (value < ZERO) {
            throw new IllegalArgumentException("sequence number is " + value + ", expected at least " + ZERO);
        }
    }

    static SequenceNumber of(long segment, long index) {
        return new SequenceNumber(ZERO + (segment << INDEX_BITS) + index);
    }

    /** Behind all records of a segment. */
    static SequenceNumber endOf(long segment) {
        return of(segment, LAST_INDEX);
    }

    /** Empty for what is none. */
    public static Optional<SequenceNumber> parse(String text) {
        if (text.length() != DIGITS || !text.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(text))
                    .filter(value -> value >= ZERO)
                    .map(SequenceNumber::new);
        } catch (NumberFormatException tooLarge) {
            return Optional.empty();
        }
    }

    long segment() {
        return (value - ZERO) >>> INDEX_BITS;
    }

    /** In its segment; 0 before the first. */
    long index() {
        return value & LAST_INDEX;
    }

    boolean isEndOfSegment() {
        return index() == LAST_INDEX;
    }

    SequenceNumber previous() {
        return value == ZERO ? this : new SequenceNumber(value - 1);
    }

    boolean isAfter(SequenceNumber other) {
        return value > other.value;
    }

    @Override
    public int compareTo(SequenceNumber other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
