package io.millrace.runtime.mapping;

import io.millrace.eventsource.EventFrame;
import io.millrace.eventsource.SourceMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Messages for one invocation, in the order in which they came. For one thread at a time. */
final class MessageBatch {
    private static final byte[] HEAD = EventFrame.RECORDS.head().getBytes(StandardCharsets.UTF_8);
    private static final byte[] TAIL = EventFrame.RECORDS.tail().getBytes(StandardCharsets.UTF_8);

    private final List<SourceMessage> messages = new ArrayList<>();
    private final long oursUntilNanos;
    private int bytes = HEAD.length + TAIL.length;
    private boolean isClosed;

    /** @param hold how long its messages are ours, from now on */
    MessageBatch(Duration hold) {
        this(System.nanoTime() + hold.toNanos());
    }

    private MessageBatch(long oursUntilNanos) {
        this.oursUntilNanos = oursUntilNanos;
    }

    /** A part of it, as long ours. */
    MessageBatch of(List<SourceMessage> part) {
        MessageBatch batch = new MessageBatch(oursUntilNanos);
        part.forEach(batch::add);
        return batch;
    }

    List<SourceMessage> messages() {
        return messages;
    }

    /** Whether the event stays small enough with this one too (lambda-semantics 3.2). */
    boolean hasRoomFor(SourceMessage message) {
        return bytes + 1 + message.json().length <= Batch.MOST_BYTES;
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    void add(SourceMessage message) {
        bytes += 1 + message.json().length;
        messages.add(message);
    }

    /** Another message did not fit any more. */
    void close() {
        isClosed = true;
    }

    boolean takesMore() {
        return !isClosed;
    }

    /** Whether its messages will still be ours after this time. */
    boolean isOursAfter(Duration wait) {
        return System.nanoTime() + wait.toNanos() - oursUntilNanos < 0;
    }

    Set<String> ids() {
        Set<String> ids = new HashSet<>();
        messages.forEach(message -> ids.add(message.id()));
        return ids;
    }

    byte[] event() {
        ByteArrayOutputStream event = new ByteArrayOutputStream(bytes);
        event.writeBytes(HEAD);
        for (int i = 0; i < messages.size(); i++) {
            if (i > 0) {
                event.write(',');
            }
            event.writeBytes(messages.get(i).json());
        }
        event.writeBytes(TAIL);
        return event.toByteArray();
    }
}
