package io.millrace.runtime.accounting;

import io.millrace.core.function.FunctionName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Counts successes in a memory-mapped file, which outlives this process at no cost per event; only a crash of the
 * machine can take the last few. It also remembers the latest successes by id: an event whose settlement the broker did
 * not get to see comes back after a crash, and is then completed without running or counting it again
 * (docs/architecture.md, "accounting"). For one thread at a time, except {@link #succeeded}.
 *
 * <p>Layout, big-endian: a header, {@value #FIRST_ROWS} rows of a name and a count, a ring of {@value #RING} entries of
 * id, row, count and, written last, the position that makes the entry valid, and the rest of the {@value #FUNCTIONS}
 * rows.
 */
public final class Tally implements AutoCloseable {
    private static final long MAGIC = 0x4d494c4c52414345L; // "MILLRACE"
    private static final int FUNCTIONS = 65_536;
    private static final int FIRST_ROWS = 8_192;
    private static final int NAME_BYTES = 64;
    private static final int ROW_BYTES = NAME_BYTES + Long.BYTES;
    private static final int RING = 16_384;
    private static final int ENTRY_BYTES = 2 * Long.BYTES + Long.BYTES + Long.BYTES + Long.BYTES;
    private static final int ROWS_AT = 64;
    private static final int RING_AT = ROWS_AT + FIRST_ROWS * ROW_BYTES;
    private static final int FURTHER_ROWS_AT = RING_AT + RING * ENTRY_BYTES;
    private static final int SIZE = FURTHER_ROWS_AT + (FUNCTIONS - FIRST_ROWS) * ROW_BYTES;

    private final MappedByteBuffer file;
    private final Map<FunctionName, Integer> rows = new HashMap<>();
    private final Set<Success> recent = new HashSet<>();
    private long position;

    private Tally(MappedByteBuffer file) {
        this.file = file;
    }

    /**
     * One event that succeeded.
     *
     * @param row of its function, so that one id given to two functions is two events
     */
    public record Success(int row, UUID event) {}

    /** @throws IOException if the file cannot be used, or is not one of ours */
    public static Tally open(Path path) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            requireOurs(channel, path);
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
            mapped.putLong(0, MAGIC);
            Tally tally = new Tally(mapped);
            tally.readRows();
            tally.readRing();
            return tally;
        }
    }

    // Before the mapping, which makes the file as long as ours. All zeros: a first start died before it wrote anything.
    private static void requireOurs(FileChannel channel, Path path) throws IOException {
        if (channel.size() == 0) {
            return;
        }
        ByteBuffer start = ByteBuffer.allocate(Long.BYTES);
        channel.read(start, 0);
        long magic = start.getLong(0);
        if (magic != MAGIC && !(magic == 0 && (channel.size() == SIZE || channel.size() == FURTHER_ROWS_AT))) {
            throw new IOException("accounting file " + path + " is not one of ours");
        }
    }

    private void readRows() {
        byte[] name = new byte[NAME_BYTES];
        for (int row = 0; row < FUNCTIONS; row++) {
            file.get(rowAt(row), name);
            int length = 0;
            while (length < NAME_BYTES && name[length] != 0) {
                length++;
            }
            if (length > 0) {
                rows.put(new FunctionName(new String(name, 0, length, StandardCharsets.US_ASCII)), row);
            }
        }
    }

    // An entry may be newer than the count in its row, if the process died between the two writes.
    private void readRing() {
        for (int i = 0; i < RING; i++) {
            int at = RING_AT + i * ENTRY_BYTES;
            long stamp = file.getLong(at + 32);
            if (stamp <= 0 || (stamp - 1) % RING != i) {
                continue;
            }
            position = Math.max(position, stamp);
            int row = (int) file.getLong(at + 16);
            recent.add(new Success(row, new UUID(file.getLong(at), file.getLong(at + 8))));
            long count = file.getLong(at + 24);
            if (count > count(row)) {
                file.putLong(countAt(row), count);
            }
        }
    }

    /**
     * The row of a function, made if it has none.
     *
     * @throws IllegalStateException when {@value #FUNCTIONS} functions have one
     */
    public int row(FunctionName function) {
        Integer known = rows.get(function);
        if (known != null) {
            return known;
        }
        for (int row = 0; row < FUNCTIONS; row++) {
            if (file.get(rowAt(row)) == 0) {
                // Of a function before it, if the process died while it was removed.
                forgetEntries(row);
                file.putLong(countAt(row), 0);
                ByteBuffer name = ByteBuffer.wrap(function.value().getBytes(StandardCharsets.US_ASCII));
                byte[] padded = new byte[NAME_BYTES];
                name.get(padded, 0, name.remaining());
                file.put(rowAt(row), padded);
                rows.put(function, row);
                return row;
            }
        }
        throw new IllegalStateException("more than " + FUNCTIONS + " functions in the accounting file");
    }

    /** Forgets a function that was deleted. */
    public void remove(FunctionName function) {
        Integer row = rows.remove(function);
        if (row != null) {
            file.put(rowAt(row), new byte[NAME_BYTES]);
            file.putLong(countAt(row), 0);
            forgetEntries(row);
        }
    }

    // Or the next function in this row would inherit their counts.
    private void forgetEntries(int row) {
        for (int i = 0; i < RING; i++) {
            int at = RING_AT + i * ENTRY_BYTES;
            if (file.getLong(at + 16) == row) {
                file.putLong(at + 32, 0);
            }
        }
    }

    /** Counts one success, before the broker is told to complete the event. */
    public void count(int row, UUID event) {
        long count = count(row) + 1;
        long stamp = ++position;
        int at = RING_AT + (int) ((stamp - 1) % RING) * ENTRY_BYTES;
        file.putLong(at + 32, 0);
        file.putLong(at, event.getMostSignificantBits());
        file.putLong(at + 8, event.getLeastSignificantBits());
        file.putLong(at + 16, row);
        file.putLong(at + 24, count);
        file.putLong(at + 32, stamp);
        file.putLong(countAt(row), count);
    }

    /** Successes of the function in this row, ever. */
    public long succeeded(int row) {
        return count(row);
    }

    /** The latest successes at the time of opening: those whose settlement may not have reached the broker. */
    public Set<Success> recentAtOpen() {
        return Set.copyOf(recent);
    }

    /** The latest successes now. */
    public Set<Success> recent() {
        Set<Success> now = new HashSet<>();
        for (int i = 0; i < RING; i++) {
            int at = RING_AT + i * ENTRY_BYTES;
            if (file.getLong(at + 32) > 0) {
                now.add(new Success((int) file.getLong(at + 16), new UUID(file.getLong(at), file.getLong(at + 8))));
            }
        }
        return now;
    }

    private long count(int row) {
        return file.getLong(countAt(row));
    }

    private static int rowAt(int row) {
        return row < FIRST_ROWS ? ROWS_AT + row * ROW_BYTES : FURTHER_ROWS_AT + (row - FIRST_ROWS) * ROW_BYTES;
    }

    private static int countAt(int row) {
        return rowAt(row) + NAME_BYTES;
    }

    /** Writes through to the disk. */
    @Override
    public void close() {
        file.force();
    }
}
