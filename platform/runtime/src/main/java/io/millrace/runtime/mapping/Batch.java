package io.millrace.runtime.mapping;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Messages for one invocation. Event loop only. */
final class Batch {
    /** What an invocation takes (lambda-semantics 3.2). */
    static final int MOST_BYTES = 6 * 1024 * 1024;

    private static final byte[] HEAD = "{\"Records\":[".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TAIL = "]}".getBytes(StandardCharsets.UTF_8);

    private final List<BatchItem> items = new ArrayList<>();
    private int bytes = HEAD.length + TAIL.length;

    boolean isEmpty() {
        return items.isEmpty();
    }

    int size() {
        return items.size();
    }

    List<BatchItem> items() {
        return items;
    }

    /** Whether the event stays small enough with this one too. */
    boolean hasRoomFor(BatchItem item) {
        return bytes + separator() + item.record().length <= MOST_BYTES;
    }

    void add(BatchItem item) {
        bytes += separator() + item.record().length;
        items.add(item);
    }

    private int separator() {
        return items.isEmpty() ? 0 : 1;
    }

    /** The event: a record for each message, in the order in which they came. */
    byte[] event() {
        ByteArrayOutputStream event = new ByteArrayOutputStream(bytes);
        event.writeBytes(HEAD);
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                event.write(',');
            }
            event.writeBytes(items.get(i).record());
        }
        event.writeBytes(TAIL);
        return event.toByteArray();
    }
}
