package io.millrace.idempotency;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * SHA-256 of a key or a payload. The whole of it is stored and compared, so keys of any length cost the same, and keys
 * that collide cannot be made.
 */
public final class Digest implements Comparable<Digest> {
    static final int BYTES = 32;

    private final byte[] bytes;

    private Digest(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @param scope within which keys are unique, such as a function's name */
    public static Digest ofKey(String scope, String key) {
        MessageDigest sha = sha256();
        sha.update(scope.getBytes(StandardCharsets.UTF_8));
        sha.update((byte) 0); // Or scope "a" with key "bc" would be scope "ab" with key "c".
        return new Digest(sha.digest(key.getBytes(StandardCharsets.UTF_8)));
    }

    public static Digest ofPayload(byte[] payload) {
        return new Digest(sha256().digest(payload));
    }

    /** As it was stored. */
    static Digest of(byte[] stored) {
        return new Digest(stored);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public int compareTo(Digest other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Digest digest && Arrays.equals(bytes, digest.bytes);
    }

    @Override
    public int hashCode() {
        return ByteBuffer.wrap(bytes).getInt(); // Any part of SHA-256 is as good as all of it.
    }
}
