package io.millrace.idempotency;

import java.nio.ByteBuffer;

/**
 * Tells which keys a run certainly does not have, without a look at the disk: a Bloom filter of 16 bits a key, which is
 * wrong about one strange key in a thousand and about none of its own. Filled by one thread, then immutable.
 */
final class KeyFilter {
    private static final int BITS_PER_KEY = 16;
    private static final int PROBES = 6;

    private final long[] words;

    private KeyFilter(long[] words) {
        this.words = words;
    }

    static KeyFilter forKeys(long most) {
        return new KeyFilter(new long[Math.toIntExact(Math.max(1, most) * BITS_PER_KEY / Long.SIZE + 1)]);
    }

    // SHA-256 is as random as it gets: parts of it serve as the hashes.
    void add(byte[] key) {
        long hash = first(key);
        for (int i = 0; i < PROBES; i++) {
            int bit = bit(hash);
            words[bit >>> 6] |= 1L << bit;
            hash += second(key);
        }
    }

    boolean mayHave(byte[] key) {
        long hash = first(key);
        for (int i = 0; i < PROBES; i++) {
            int bit = bit(hash);
            if ((words[bit >>> 6] & (1L << bit)) == 0) {
                return false;
            }
            hash += second(key);
        }
        return true;
    }

    private static long first(byte[] key) {
        return ByteBuffer.wrap(key).getLong();
    }

    private static long second(byte[] key) {
        return ByteBuffer.wrap(key).getLong(Long.BYTES);
    }

    private int bit(long hash) {
        return (int) ((hash >>> 1) % ((long) words.length * Long.SIZE));
    }

    byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * Long.BYTES);
        bytes.asLongBuffer().put(words);
        return bytes.array();
    }

    static KeyFilter of(byte[] bytes) {
        long[] words = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().get(words);
        return new KeyFilter(words);
    }
}
