package io.millrace.runtime.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The files of one function's log, of which the last one grows. For one thread; blocks on the disk. */
final class SegmentWriter {
    /** Of what one function may keep; so much of it goes at once when it is full. */
    private static final int SEGMENTS = 8;

    private static final long LARGEST_SEGMENT = 4L << 20;

    private final Path directory;
    private final long maximumBytes;
    private final long segmentBytes;
    private final InstantSource clock;
    private final Deque<Kept> older = new ArrayDeque<>();
    private boolean known;
    private long olderBytes;
    private long lastNumber;
    private @Nullable Segment current;
    private @Nullable FileChannel file;
    private long size;

    /** A file that grows no more. */
    private record Kept(Segment segment, long size) {}

    SegmentWriter(Path directory, long maximumBytes, InstantSource clock) {
        this.directory = directory;
        this.maximumBytes = maximumBytes;
        this.segmentBytes = Math.max(1, Math.min(LARGEST_SEGMENT, maximumBytes / SEGMENTS));
        this.clock = clock;
    }

    /** More should not be written at once. */
    long segmentBytes() {
        return segmentBytes;
    }

    boolean isOpen() {
        return file != null;
    }

    /** Whole lines; after a failure what was written of them stands at the end of a file that grows no more. */
    void write(ByteBuffer lines) throws IOException {
        if (size > 0 && size + lines.remaining() > segmentBytes) {
            endSegment();
        }
        boolean complete = false;
        try {
            FileChannel open = open();
            while (lines.hasRemaining()) {
                size += open.write(lines);
            }
            complete = true;
        } finally {
            if (!complete) {
                endSegmentIfAny();
            }
        }
    }

    private FileChannel open() throws IOException {
        FileChannel open = file;
        if (open != null) {
            return open;
        }
        Segment segment = current;
        if (segment == null) {
            Files.createDirectories(directory);
            lookAtOlder();
            lastNumber = Math.max(lastNumber + 1, clock.millis());
            segment = Segment.of(directory, lastNumber);
            current = segment;
            size = 0;
            makeRoom();
        }
        open = FileChannel.open(segment.file(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        file = open;
        return open;
    }

    private void lookAtOlder() throws IOException {
        if (known) {
            return;
        }
        for (Segment segment : Segment.in(directory)) {
            add(segment, Files.size(segment.file()));
            lastNumber = Math.max(lastNumber, segment.number());
        }
        known = true;
    }

    private void add(Segment segment, long bytes) {
        older.add(new Kept(segment, bytes));
        olderBytes += bytes;
    }

    private void makeRoom() throws IOException {
        while (!older.isEmpty() && olderBytes + segmentBytes > maximumBytes) {
            deleteOldest();
        }
    }

    private void deleteOldest() throws IOException {
        Kept oldest = older.remove();
        olderBytes -= oldest.size();
        Files.deleteIfExists(oldest.segment().file());
    }

    /** A full disk lets files be made and not be written: those are written again, or there would be ever more. */
    private void endSegmentIfAny() throws IOException {
        if (size > 0) {
            endSegment();
        } else {
            closeFile();
        }
    }

    private void endSegment() throws IOException {
        Segment ended = current;
        current = null;
        if (ended != null) {
            add(ended, size);
        }
        size = 0;
        closeFile();
    }

    /** Lets go of the file; what is written next goes on in it. */
    void closeFile() throws IOException {
        FileChannel open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    /** Deletes the files whose last line is older than {@code oldest}, and the directory if nothing else is in it. */
    void deleteBefore(Instant oldest) throws IOException {
        lookAtOlder();
        Segment growing = current;
        if (growing != null && isBefore(growing, oldest)) {
            endSegment();
        }
        while (!older.isEmpty() && isBefore(older.element().segment(), oldest)) {
            deleteOldest();
        }
        if (older.isEmpty() && current == null) {
            try {
                Files.deleteIfExists(directory);
            } catch (DirectoryNotEmptyException somebodyElses) {
                return;
            }
        }
    }

    private static boolean isBefore(Segment segment, Instant oldest) throws IOException {
        try {
            return Files.getLastModifiedTime(segment.file()).toInstant().isBefore(oldest);
        } catch (NoSuchFileException gone) {
            return true;
        }
    }
}
