package io.millrace.deadletter;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the sections of an encoded AMQP message without decoding them, so that what nobody asked for costs nothing, and
 * bodies of several sections, of which a decoder keeps the first only, are seen whole.
 */
final class AmqpSections {
    static final int MESSAGE_ANNOTATIONS = 0x72;
    static final int PROPERTIES = 0x73;
    static final int APPLICATION_PROPERTIES = 0x74;
    static final int DATA = 0x75;
    static final int SEQUENCE = 0x76;
    static final int VALUE = 0x77;

    private static final int FIRST = 0x70;
    private static final int NONE = -1;

    private final AmqpBytes bytes;
    private final int[] values = {NONE, NONE, NONE, NONE, NONE};
    private final List<Section> body = new ArrayList<>(1);
    private int bodyStart;

    /**
     * One section of the body.
     *
     * @param start of its descriptor
     * @param value where its value's constructor is
     * @param end beyond the bytes there are if the message was cut
     */
    record Section(int code, int start, int value, int end) {}

    private AmqpSections(AmqpBytes bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException if this is no AMQP message; a cut one is fine */
    static AmqpSections of(byte[] bytes) {
        AmqpSections sections = new AmqpSections(new AmqpBytes(bytes));
        sections.read(bytes.length);
        return sections;
    }

    /** How many bytes come before the body. */
    int bodyStart() {
        return bodyStart;
    }

    List<Section> body() {
        return body;
    }

    /** Where the value of a section before the body is; below 0 if there is none. */
    int value(int code) {
        return values[code - FIRST];
    }

    private void read(int length) {
        while (!bytes.isAtEnd()) {
            int start = bytes.position();
            int code = descriptor();
            int value = bytes.position();
            bytes.skipValue();
            if (code >= DATA && code <= VALUE) {
                body.add(new Section(code, start, value, bytes.position()));
                continue;
            }
            if (!body.isEmpty()) {
                return; // The footer.
            }
            if (code >= FIRST && code < DATA) {
                values[code - FIRST] = value;
            }
            bodyStart = Math.min(bytes.position(), length);
        }
    }

    private int descriptor() {
        int at = bytes.position();
        if (bytes.unsigned(at) == AmqpBytes.DESCRIBED && bytes.unsigned(at + 1) == AmqpBytes.SMALL_ULONG) {
            bytes.goTo(at + 3);
            return bytes.unsigned(at + 2);
        }
        if (bytes.unsigned(at) == AmqpBytes.DESCRIBED && bytes.unsigned(at + 1) == AmqpBytes.ULONG) {
            bytes.goTo(at + 10);
            return bytes.unsigned(at + 9);
        }
        throw bytes.unexpected("a section");
    }
}
