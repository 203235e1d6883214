package io.millrace.runtime.stream;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.IntStream;

/** A shard's part of the 128 bits that MD5 makes of partition keys. Both ends belong to it. */
public record HashRange(BigInteger start, BigInteger end) {
    private static final BigInteger SIZE = BigInteger.TWO.pow(128);

    /** As many of the same size as there are shards; the last one has what is left over. */
    static List<HashRange> split(int shards) {
        BigInteger step = SIZE.divide(BigInteger.valueOf(shards));
        return IntStream.range(0, shards)
                .mapToObj(shard -> new HashRange(
                        step.multiply(BigInteger.valueOf(shard)),
                        shard == shards - 1
                                ? SIZE.subtract(BigInteger.ONE)
                                : step.multiply(BigInteger.valueOf(shard + 1L)).subtract(BigInteger.ONE)))
                .toList();
    }

    /** The shard that a hash belongs to, of as many as there are. */
    static int shardOf(BigInteger hash, int shards) {
        return hash.divide(SIZE.divide(BigInteger.valueOf(shards)))
                .min(BigInteger.valueOf(shards - 1L))
                .intValueExact();
    }

    /** Whether it is one of 128 bits. */
    public static boolean holds(BigInteger hash) {
        return hash.signum() >= 0 && hash.compareTo(SIZE) < 0;
    }
}
