package io.millrace.runtime.logs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads one page of a function's log while others write it. A line without its end is passed over if a later file
 * exists: a server was killed while it wrote it. In the last file it is not complete yet. What is no JSON is passed over
 * as well. Blocks on the disk; the memory it takes is bounded by the page.
 */
final class LogReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Of one page, whatever the number of its lines. */
    private static final long MOST_RETURNED_BYTES = 1L << 20;
    /** What one page may look at, so that nobody waits for long: then it ends, perhaps without any line. */
    private static final long MOST_READ_BYTES = 16L << 20;

    private static final int CHUNK = 64 * 1024;

    private final LogQuery query;
    private final Optional<byte[]> wantedId;
    private final List<JsonNode> lines = new ArrayList<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final byte[] chunk = new byte[CHUNK];
    private LogCursor next;
    private long returnedBytes;
    private long readBytes;

    private LogReader(LogQuery query) {
        this.query = query;
        this.wantedId = query.requestId().map(id -> id.getBytes(StandardCharsets.UTF_8));
        this.next = query.after();
    }

    static LogPage read(Path directory, LogQuery query) throws IOException {
        return new LogReader(query).read(Segment.in(directory));
    }

    private LogPage read(List<Segment> segments) throws IOException {
        boolean isKnown = segments.stream()
                .anyMatch(segment -> segment.number() == query.after().segment());
        // A cursor of what was deleted altogether begins anew with what came since.
        boolean isGap = !isKnown && !query.after().equals(LogCursor.START) && !segments.isEmpty();
        boolean isEnd = true;
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            boolean isBehind = isKnown && segment.number() < next.segment();
            if (isBehind || (i + 1 < segments.size() && isBeforeAll(segments.get(i + 1)))) {
                continue;
            }
            long from = segment.number() == next.segment() ? next.offset() : 0;
            next = new LogCursor(segment.number(), from);
            if (!readAll(segment, from)) {
                isEnd = false;
                break;
            }
        }
        return new LogPage(List.copyOf(lines), next, isEnd, isGap);
    }

    /** Whether all that stands before this segment is too old. */
    private boolean isBeforeAll(Segment following) {
        return query.since()
                .filter(since -> following.number() < since.toEpochMilli())
                .isPresent();
    }

    /** False if the page was full before the end. */
    private boolean readAll(Segment segment, long from) throws IOException {
        try (FileChannel file = FileChannel.open(segment.file())) {
            line.reset();
            long offset = from;
            for (int length = fill(file, from); length > 0; length = fill(file, offset)) {
                int begin = 0;
                for (int i = 0; i < length; i++) {
                    if (chunk[i] != '\n') {
                        continue;
                    }
                    line.write(chunk, begin, i - begin);
                    begin = i + 1;
                    take();
                    next = new LogCursor(segment.number(), offset + begin);
                    if (isFull()) {
                        return false;
                    }
                }
                line.write(chunk, begin, length - begin);
                offset += length;
            }
            return true;
        } catch (NoSuchFileException deletedMeanwhile) {
            return true;
        }
    }

    private int fill(FileChannel file, long offset) throws IOException {
        return file.read(ByteBuffer.wrap(chunk), offset);
    }

    private boolean isFull() {
        return lines.size() >= query.limit() || returnedBytes >= MOST_RETURNED_BYTES || readBytes >= MOST_READ_BYTES;
    }

    private void take() {
        byte[] bytes = line.toByteArray();
        line.reset();
        readBytes += bytes.length;
        if (wantedId.isPresent() && !contains(bytes, wantedId.get())) {
            return;
        }
        JsonNode node = parse(bytes);
        if (node.isObject() && isWanted(node)) {
            lines.add(node);
            returnedBytes += bytes.length;
        }
    }

    private boolean isWanted(JsonNode node) {
        boolean isOfRequest =
                query.requestId().map(node.path("requestId").asText()::equals).orElse(true);
        return isOfRequest
                && query.since().map(since -> !time(node).isBefore(since)).orElse(true);
    }

    private static Instant time(JsonNode node) {
        try {
            return Instant.parse(node.path("time").asText());
        } catch (DateTimeException notOurs) {
            return Instant.MIN;
        }
    }

    private static JsonNode parse(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException torn) {
            return MissingNode.getInstance();
        }
    }

    private static boolean contains(byte[] bytes, byte[] part) {
        for (int i = 0; i + part.length <= bytes.length; i++) {
            int same = 0;
            while (same < part.length && bytes[i + same] == part[same]) {
                same++;
            }
            if (same == part.length) {
                return true;
            }
        }
        return false;
    }

    /** Backwards from the end, file by file, until there are so many. */
    static LogCursor beforeLast(Path directory, int wanted) throws IOException {
        List<Segment> segments = Segment.in(directory);
        int missing = wanted;
        LogCursor begin = LogCursor.START;
        for (int i = segments.size() - 1; i >= 0; i--) {
            Segment segment = segments.get(i);
            List<Long> starts = starts(segment);
            if (starts.size() >= missing) {
                return new LogCursor(segment.number(), starts.get(starts.size() - missing));
            }
            missing -= starts.size();
            begin = new LogCursor(segment.number(), 0);
        }
        return begin;
    }

    /** Where the whole lines of a file begin. */
    private static List<Long> starts(Segment segment) throws IOException {
        List<Long> starts = new ArrayList<>();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try (FileChannel file = FileChannel.open(segment.file())) {
            long begin = 0;
            long offset = 0;
            for (int length = file.read(chunk.clear()); length > 0; length = file.read(chunk.clear())) {
                for (int i = 0; i < length; i++) {
                    if (chunk.get(i) == '\n') {
                        starts.add(begin);
                        begin = offset + i + 1;
                    }
                }
                offset += length;
            }
        } catch (NoSuchFileException deletedMeanwhile) {
            return List.of();
        }
        return starts;
    }
}
