package io.millrace.runtime.logs;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Writes lines as JSON, one object each, into a buffer that it keeps. By hand, as it is done for every line. For one
 * thread.
 */
final class LineEncoder {
    private static final int FIRST_SIZE = 64 * 1024;
    /** What a buffer that was made larger for a long line shrinks to again. */
    private static final int LARGEST_KEPT = 1 << 20;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TIME = ascii("{\"time\":\"");
    private static final byte[] UTC = ascii("Z");
    private static final byte[] REQUEST = ascii("\",\"requestId\":\"");
    private static final byte[] VERSION = ascii("\",\"version\":\"");
    private static final byte[] ENVIRONMENT = ascii("\",\"environment\":\"");
    private static final byte[] STREAM = ascii("\",\"stream\":\"");
    private static final byte[] TEXT = ascii("\",\"text\":\"");
    private static final byte[] END = ascii("\"}\n");
    private static final int MOST_BYTES_OF_CHAR = 6;

    private byte[] bytes = new byte[FIRST_SIZE];
    private int length;
    private long second = Long.MIN_VALUE;
    private byte[] secondText = {};

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    int length() {
        return length;
    }

    /** All lines since the last time, valid until the next one is added. */
    ByteBuffer take() {
        ByteBuffer taken = ByteBuffer.wrap(bytes, 0, length);
        length = 0;
        if (bytes.length > LARGEST_KEPT) {
            bytes = new byte[FIRST_SIZE];
        }
        return taken;
    }

    /** @param text from {@code from} on, up to {@code to} */
    void add(QueuedLine line, String text, int from, int to) {
        put(TIME);
        time(line.millis());
        put(UTC);
        unlessEmpty(REQUEST, line.requestId());
        unlessEmpty(VERSION, line.version());
        unlessEmpty(ENVIRONMENT, line.environment());
        unlessEmpty(STREAM, line.stream().wireName());
        put(TEXT);
        text(text, from, to);
        put(END);
    }

    private void unlessEmpty(byte[] member, String value) {
        if (!value.isEmpty()) {
            put(member);
            text(value, 0, value.length());
        }
    }

    private void time(long millis) {
        long wanted = Math.floorDiv(millis, 1000L);
        if (wanted != second) {
            second = wanted;
            String whole = Instant.ofEpochSecond(wanted).toString();
            secondText = ascii(whole.substring(0, whole.length() - 1) + ".");
        }
        put(secondText);
        int fraction = (int) Math.floorMod(millis, 1000L);
        room(3);
        bytes[length++] = (byte) ('0' + fraction / 100);
        bytes[length++] = (byte) ('0' + fraction / 10 % 10);
        bytes[length++] = (byte) ('0' + fraction % 10);
    }

    private void put(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    private void text(String text, int from, int to) {
        room((to - from) * MOST_BYTES_OF_CHAR);
        // Of this loop's own, as it sees every letter of every line.
        byte[] out = bytes;
        int at = length;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
                out[at++] = (byte) c;
            } else {
                length = at;
                i += special(text, i, to);
                at = length;
            }
        }
        length = at;
    }

    /** @return how many further chars it took */
    private int special(String text, int at, int to) {
        char c = text.charAt(at);
        if (c == '"' || c == '\\') {
            bytes[length++] = '\\';
            bytes[length++] = (byte) c;
        } else if (c == '\n' || c == '\t' || c == '\r') {
            bytes[length++] = '\\';
            bytes[length++] = (byte) (c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
        } else if (c <= 0x7f) {
            escaped(c);
        } else if (!Character.isSurrogate(c)) {
            utf8(c);
        } else if (Character.isHighSurrogate(c) && at + 1 < to && Character.isLowSurrogate(text.charAt(at + 1))) {
            utf8(Character.toCodePoint(c, text.charAt(at + 1)));
            return 1;
        } else {
            escaped(c); // Half a character: not to be had in UTF-8.
        }
        return 0;
    }

    private void escaped(char c) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[(c >> shift) & 0xf];
        }
    }

    private void utf8(int point) {
        if (point < 0x800) {
            bytes[length++] = (byte) (0xc0 | (point >> 6));
        } else {
            if (point < 0x10000) {
                bytes[length++] = (byte) (0xe0 | (point >> 12));
            } else {
                bytes[length++] = (byte) (0xf0 | (point >> 18));
                bytes[length++] = (byte) (0x80 | ((point >> 12) & 0x3f));
            }
            bytes[length++] = (byte) (0x80 | ((point >> 6) & 0x3f));
        }
        bytes[length++] = (byte) (0x80 | (point & 0x3f));
    }
}
