package io.millrace.deadletter;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Walks over encoded AMQP values, as far as there are bytes, and decodes the simple ones. Not thread-safe. */
final class AmqpBytes {
    static final int DESCRIBED = 0x00;
    static final int SMALL_ULONG = 0x53;
    static final int ULONG = 0x80;

    private static final int NULL = 0x40;

    private final byte[] bytes;
    private int position;

    AmqpBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    int position() {
        return position;
    }

    void goTo(int newPosition) {
        position = newPosition;
    }

    boolean isAtEnd() {
        return position >= bytes.length;
    }

    /** Beyond the end of a cut message there is a null of AMQP, which takes no further bytes. */
    int unsigned(int at) {
        return at < bytes.length ? bytes[at] & 0xff : NULL;
    }

    private int next() {
        int found = unsigned(position);
        position++;
        return found;
    }

    long unsignedInt(int at) {
        return ((long) unsigned(at) << 24) | (unsigned(at + 1) << 16) | (unsigned(at + 2) << 8) | unsigned(at + 3);
    }

    /** @throws IllegalArgumentException if there is no value here */
    void skipValue() {
        int constructor = next();
        if (constructor == DESCRIBED) {
            skipValue();
            skipValue();
            return;
        }
        switch (constructor >> 4) {
            case 0x4 -> {}
            case 0x5 -> skip(1);
            case 0x6 -> skip(2);
            case 0x7 -> skip(4);
            case 0x8 -> skip(8);
            case 0x9 -> skip(16);
            case 0xA, 0xC, 0xE -> skip(1L + unsigned(position));
            case 0xB, 0xD, 0xF -> skip(4L + unsignedInt(position));
            default -> throw unexpected("a value");
        }
    }

    private void skip(long length) {
        position = (int) Math.min(Integer.MAX_VALUE, position + length);
    }

    IllegalArgumentException unexpected(String what) {
        return new IllegalArgumentException(
                "byte " + position + " of the message is " + unsigned(position) + ", expected " + what);
    }

    /** How many elements the list or map here has; goes to the first. */
    int enterCompound() {
        int constructor = next();
        return switch (constructor) {
            case 0x45 -> 0;
            case 0xC0, 0xC1 -> {
                position += 2;
                yield unsigned(position - 1);
            }
            case 0xD0, 0xD1 -> {
                position += 8;
                yield (int) unsignedInt(position - 4);
            }
            default -> throw unexpected("a list or a map");
        };
    }

    /** Whether the string or symbol here is this one; stays where it is. */
    boolean isText(byte[] expected) {
        int start = textStart();
        return start >= 0
                && textEnd() - start == expected.length
                && textEnd() <= bytes.length
                && Arrays.equals(bytes, start, start + expected.length, expected, 0, expected.length);
    }

    /** The string or symbol here; null if it is something else. Stays where it is. */
    @Nullable
    String text() {
        int start = textStart();
        int end = textEnd();
        return start < 0 || end > bytes.length ? null : new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }

    private int textStart() {
        int constructor = unsigned(position);
        if (constructor == 0xA1 || constructor == 0xA3) {
            return position + 2;
        }
        return constructor == 0xB1 || constructor == 0xB3 ? position + 5 : -1;
    }

    private int textEnd() {
        boolean isShort = unsigned(position) < 0xB0;
        return isShort
                ? position + 2 + unsigned(position + 1)
                : (int) Math.min(Integer.MAX_VALUE, position + 5 + unsignedInt(position + 1));
    }

    /** The whole number here; empty if it is something else. Stays where it is. */
    OptionalLong number() {
        return switch (unsigned(position)) {
            case 0x43, 0x44 -> OptionalLong.of(0);
            case 0x52, SMALL_ULONG, 0x50 -> OptionalLong.of(unsigned(position + 1));
            case 0x54, 0x55, 0x51 -> OptionalLong.of((byte) unsigned(position + 1));
            case 0x70 -> OptionalLong.of(unsignedInt(position + 1));
            case 0x71 -> OptionalLong.of(signExtended(unsignedInt(position + 1)));
            case ULONG, 0x81 -> OptionalLong.of((unsignedInt(position + 1) << 32) | unsignedInt(position + 5));
            default -> OptionalLong.empty();
        };
    }

    private static long signExtended(long unsigned32) {
        return unsigned32 << Integer.SIZE >> Integer.SIZE;
    }
}
