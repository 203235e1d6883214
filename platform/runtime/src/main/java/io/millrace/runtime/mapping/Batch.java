package io.millrace.runtime.mapping;

import io.millrace.eventsource.EventFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Messages for one invocation. Event loop only. */
final class Batch {
    /** What an invocation takes (lambda-semantics 3.2). */
    static final int MOST_BYTES = 6 * 1024 * 1024;

    private final byte[] head;
    private final byte[] tail;
    private final List<BatchItem> items = new ArrayList<>();
    private int bytes;

    /** With the event of most sources. */
    Batch() {
        this(EventFrame.RECORDS);
    }

    Batch(EventFrame frame) {
        this.head = frame.head().getBytes(StandardCharsets.UTF_8);
        this.tail = frame.tail().getBytes(StandardCharsets.UTF_8);
        this.bytes = head.length + tail.length;
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    int size() {
        return items.size();
    }

    /** Of the event. */
    int bytes() {
        return bytes;
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
        byte[] event = new byte[bytes];
        int end = append(head, event, 0);
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                event[end++] = ',';
            }
            end = append(items.get(i).record(), event, end);
        }
        int unused = append(tail, event, end);
        return event;
    }

    private static int append(byte[] part, byte[] to, int at) {
        System.arraycopy(part, 0, to, at, part.length);
        return at + part.length;
    }
}
