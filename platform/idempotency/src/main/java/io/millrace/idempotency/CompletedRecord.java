package io.millrace.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * A completed key, as {@link KeyFile} has it in memory and on disk.
 *
 * @param until when it is forgotten, in milliseconds since 1970
 */
record CompletedRecord(Digest key, Optional<Digest> payload, long until, StoredResult result) {
    static CompletedRecord of(Ending ending, Optional<Digest> payload, StoredResult result, long now) {
        return new CompletedRecord(
                ending.claim().key(), payload, now + ending.timeToLive().toMillis(), result);
    }

    Claim answer(ClaimRequest request) {
        boolean differs = payload.isPresent() && request.payload().isPresent() && !payload.equals(request.payload());
        return differs ? new Claim.OtherPayload() : new Claim.Completed(result, payload, Instant.ofEpochMilli(until));
    }

    /** In bytes, roughly. */
    int size() {
        return 4 * Digest.BYTES + result.payload().length;
    }

    /** All but the key: end, length of the payload's digest, digest, length of the version, version, result. */
    byte[] value() {
        byte[] version = result.version().getBytes(UTF_8);
        byte[] digest = payload.map(Digest::bytes).orElse(new byte[0]);
        ByteBuffer value = ByteBuffer.allocate(
                Long.BYTES + 1 + digest.length + Short.BYTES + version.length + result.payload().length);
        value.putLong(until).put((byte) digest.length).put(digest);
        value.putShort((short) version.length).put(version);
        return value.put(result.payload()).array();
    }

    static CompletedRecord of(byte[] key, byte[] value) {
        ByteBuffer from = ByteBuffer.wrap(value);
        long until = from.getLong();
        byte[] digest = next(from, from.get());
        byte[] version = next(from, from.getShort());
        byte[] result = next(from, from.remaining());
        return new CompletedRecord(
                Digest.of(key),
                digest.length == 0 ? Optional.empty() : Optional.of(Digest.of(digest)),
                until,
                new StoredResult(result, new String(version, UTF_8)));
    }

    static long until(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }

    private static byte[] next(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }
}
