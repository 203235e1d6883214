package io.millrace.runtime.accounting;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A memory-mapped file of slots behind a header of the same size: what is written outlives this process without an
 * fsync. None of them crosses a page.
 */
final class MappedSlots {
    static final int SLOT_BYTES = 64;
    static final int FIRST_SLOTS = 1_024;
    static final int MOST_SLOTS = Integer.MAX_VALUE / SLOT_BYTES - 1;

    private MappedSlots() {}

    /**
     * Maps the file, which is made if there is none. One that was cut off keeps the slots that are whole.
     *
     * @param magic its first eight bytes
     * @param what it is, for the error
     * @throws IOException if the file cannot be used, or is not one of ours
     */
    static MappedByteBuffer open(Path path, long magic, String what) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            requireOurs(channel, path, magic, what);
            long slots = Math.max(FIRST_SLOTS, (channel.size() - SLOT_BYTES) / SLOT_BYTES);
            MappedByteBuffer mapped = map(channel, (int) Math.min(slots, MOST_SLOTS));
            mapped.putLong(0, magic);
            return mapped;
        }
    }

    /** @throws IOException if the disk has no room for that many */
    static MappedByteBuffer grow(Path path, int slots) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return map(channel, slots);
        }
    }

    static int count(MappedByteBuffer file) {
        return file.capacity() / SLOT_BYTES - 1;
    }

    /** Where a slot begins. */
    static int at(int slot) {
        return (slot + 1) * SLOT_BYTES;
    }

    // Before the mapping. All zeros: a first start died before it wrote anything.
    private static void requireOurs(FileChannel channel, Path path, long expected, String what) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(Long.BYTES);
        channel.read(start, 0);
        long magic = start.getLong(0);
        boolean unwritten = magic == 0 && channel.size() <= (FIRST_SLOTS + 1L) * SLOT_BYTES;
        if (magic != expected && !unwritten) {
            throw new IOException(what + " " + path + " is not one of ours");
        }
    }

    /** Blocks are allocated by writing: a full disk is an exception here and would be a signal in a mapping. */
    private static MappedByteBuffer map(FileChannel channel, int slots) throws IOException {
        long size = (slots + 1L) * SLOT_BYTES;
        ByteBuffer zeros = ByteBuffer.allocate(FIRST_SLOTS * SLOT_BYTES);
        for (long at = channel.size(); at < size; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), size - at));
            at += channel.write(zeros, at);
        }
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, size);
    }
}
