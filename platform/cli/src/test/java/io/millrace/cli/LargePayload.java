package io.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object whose member {@code pad} has so many letters, made as it is read, so that nobody has all of it in
 * memory.
 */
record LargePayload(long letters) {
    private static final byte[] BEFORE = "{\"pad\":\"".getBytes(StandardCharsets.UTF_8);
    private static final byte[] AFTER = "\"}".getBytes(StandardCharsets.UTF_8);
    private static final int BLOCK = 64 * 1024;

    long bytes() {
        return BEFORE.length + letters + AFTER.length;
    }

    /** Its length, a space and its SHA-256. */
    String identity() {
        return bytes() + " " + sha256(body());
    }

    /** Of the letters alone. */
    String identityOfLetters() {
        return letters + " " + sha256(new Letters(letters, new byte[0], new byte[0]));
    }

    /** With its length in the head of the request. */
    BodyPublisher announced() {
        return BodyPublishers.fromPublisher(unannounced(), bytes());
    }

    /** In chunks, whose end nobody knows. */
    BodyPublisher unannounced() {
        return BodyPublishers.ofInputStream(this::body);
    }

    private InputStream body() {
        return new Letters(letters, BEFORE, AFTER);
    }

    private static String sha256(InputStream bytes) {
        try (bytes) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            bytes.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException | NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static final class Letters extends InputStream {
        private final byte[] block = new byte[BLOCK];
        private final byte[] after;
        private long left;
        private long blocks;
        private byte @Nullable [] next;
        private int at;
        private int end;

        Letters(long letters, byte[] before, byte[] after) {
            this.left = letters;
            this.after = after;
            this.next = before;
            this.end = before.length;
            for (int i = 0; i < BLOCK; i++) {
                block[i] = (byte) ('a' + (i * 31 + i / 26) % 26);
            }
        }

        /** No two blocks are the same, so that none may change its place. */
        private void number(long number) {
            for (int i = 0; i < 8; i++) {
                block[i] = (byte) ('a' + (number >>> (4 * i) & 15));
            }
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0];
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            while (next != null && at == end) {
                turn();
            }
            if (next == null) {
                return -1;
            }
            int many = Math.min(length, end - at);
            System.arraycopy(next, at, into, offset, many);
            at += many;
            return many;
        }

        private void turn() {
            at = 0;
            if (left > 0) {
                end = (int) Math.min(BLOCK, left);
                left -= end;
                blocks++;
                number(blocks);
                next = block;
            } else if (next == after) {
                next = null;
            } else {
                next = after;
                end = after.length;
            }
        }
    }
}
