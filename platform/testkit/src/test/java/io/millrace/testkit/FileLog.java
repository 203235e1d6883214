package io.millrace.testkit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventFrame;
import io.millrace.eventsource.EventSource;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceRecord;
import io.millrace.eventsource.SourceRefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A log that is a directory: each file is a partition, each line a record, the part before its first colon the key.
 * Named {@code arn:aws:filelog:<region>:<account>:<directory>}.
 */
public final class FileLog implements EventSourceKind {
    private static final int PARTS = 6;

    @Override
    public String name() {
        return "file log";
    }

    @Override
    public boolean isOf(SourceDescription source) {
        return source.service().filter("filelog"::equals).isPresent();
    }

    @Override
    public EventSource open(SourceDescription source, Checkpoints checkpoints) {
        Path directory = Path.of(source.arn().orElseThrow().split(":", PARTS)[PARTS - 1]);
        if (!Files.isDirectory(directory)) {
            throw new SourceRefusedException("There is no directory " + directory + ".");
        }
        return new Reader(directory, checkpoints);
    }

    private static final class Reader implements PartitionedSource {
        private final Path directory;
        private final Checkpoints checkpoints;
        private final Map<String, Integer> read = new ConcurrentHashMap<>();

        Reader(Path directory, Checkpoints checkpoints) {
            this.directory = directory;
            this.checkpoints = checkpoints;
        }

        @Override
        public Set<String> partitions() {
            try (Stream<Path> files = Files.list(directory)) {
                return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
            } catch (IOException failed) {
                throw new SourceAwayException("directory " + directory + " cannot be read", failed);
            }
        }

        @Override
        public List<SourceRecord> read(String partition, int most, Duration patience) {
            try {
                List<String> lines = Files.readAllLines(directory.resolve(partition));
                int from = read.computeIfAbsent(partition, first -> checkpoints
                        .find(partition)
                        .map(done -> Integer.parseInt(done) + 1)
                        .orElse(0));
                int to = Math.min(lines.size(), from + most);
                read.put(partition, to);
                return IntStream.range(from, to)
                        .mapToObj(line -> record(line, lines.get(line)))
                        .toList();
            } catch (IOException failed) {
                throw new SourceAwayException("file " + partition + " cannot be read", failed);
            }
        }

        private static SourceRecord record(int line, String text) {
            ObjectNode json =
                    JsonNodeFactory.instance.objectNode().put("line", line).put("text", text);
            return new SourceRecord(
                    Integer.toString(line),
                    text.split(":", 2)[0],
                    Instant.now(),
                    json.toString().getBytes(StandardCharsets.UTF_8),
                    () -> json);
        }

        @Override
        public boolean commit(String partition, String position) {
            checkpoints.save(partition, position);
            return true;
        }

        @Override
        public EventFrame frame(String partition) {
            return EventFrame.RECORDS;
        }

        @Override
        public BatchInfo batchInfo(String partition, List<SourceRecord> batch) {
            ObjectNode info = JsonNodeFactory.instance
                    .objectNode()
                    .put("file", partition)
                    .put("firstLine", batch.get(0).position())
                    .put("lastLine", batch.get(batch.size() - 1).position());
            return new BatchInfo("FileBatchInfo", info, true);
        }

        @Override
        public void close() {
            read.clear();
        }
    }
}
