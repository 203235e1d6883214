package io.millrace.source.kafka;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records of one partition that were fetched and not read yet, and which of its offsets may be committed: only those
 * that were read since it was assigned, and none behind the last. Guarded by {@link Lanes}.
 */
final class Lane {
    private static final int MOST_RECORDS = 1_000;
    private static final long MOST_BYTES = 2 << 20;
    private static final long NONE = -1;

    private final Deque<ConsumerRecord<byte @Nullable [], byte @Nullable []>> waiting = new ArrayDeque<>();
    private long bytes;
    private boolean isPaused;
    private long firstRead = NONE;
    private long lastRead = NONE;
    private long committed = NONE;
    private long fetchedTo = NONE;
    private long end = NONE;

    void add(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        waiting.addLast(record);
        bytes += size(record);
    }

    /** In order; the first ones. */
    List<ConsumerRecord<byte @Nullable [], byte @Nullable []>> take(int most) {
        List<ConsumerRecord<byte @Nullable [], byte @Nullable []>> taken = new ArrayList<>();
        while (taken.size() < most && !waiting.isEmpty()) {
            ConsumerRecord<byte @Nullable [], byte @Nullable []> record = waiting.removeFirst();
            bytes -= size(record);
            lastRead = record.offset();
            if (firstRead == NONE) {
                firstRead = lastRead;
            }
            taken.add(record);
        }
        return taken;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    /** @return whether nothing is to be fetched until it has room */
    boolean pauseIfFull(boolean isMemoryShort) {
        boolean isFull = isPaused ? !hasRoom() : waiting.size() >= MOST_RECORDS || bytes >= MOST_BYTES;
        isPaused = isFull || (isMemoryShort && !waiting.isEmpty());
        return isPaused;
    }

    boolean isPaused() {
        return isPaused;
    }

    /** Whether fetching goes on, once it was full. */
    boolean hasRoom() {
        return waiting.size() <= MOST_RECORDS / 2 && bytes <= MOST_BYTES / 2;
    }

    boolean wasRead(long offset) {
        return firstRead != NONE && firstRead <= offset && offset <= lastRead;
    }

    boolean isCommitted(long offset) {
        return offset <= committed;
    }

    void committed(long offset) {
        committed = Math.max(committed, offset);
    }

    /**
     * @param next the offset that is fetched next
     * @param afterLast the offset of the record that nobody has written yet
     */
    void reaches(long next, long afterLast) {
        fetchedTo = next;
        end = afterLast;
    }

    /** Records behind the last one that was committed. */
    OptionalLong behind() {
        return end == NONE ? OptionalLong.empty() : OptionalLong.of(Math.max(0, end - notCommitted()));
    }

    private long notCommitted() {
        if (committed != NONE) {
            return committed + 1;
        }
        if (firstRead != NONE) {
            return firstRead;
        }
        return waiting.isEmpty() ? fetchedTo : waiting.getFirst().offset();
    }

    private static long size(ConsumerRecord<?, ?> record) {
        return Math.max(0L, record.serializedKeySize()) + Math.max(0L, record.serializedValueSize());
    }
}
