package io.millrace.runtime.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRecord;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.stream.StreamServer.HandClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams as event source mappings see them, without a mapping. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class StreamSourceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/";
    private static final String SHARD = "shardId-000000000000";
    private static final ObjectMapper JSON = new ObjectMapper();

    private static HandClock clock;
    private static StreamServer server;
    private static StreamSourceKind kind;

    private final MemoryCheckpoints checkpoints = new MemoryCheckpoints();
    private String stream;

    @BeforeAll
    static void start(@TempDir Path directory) {
        clock = new HandClock();
        server = new StreamServer(directory, clock, SegmentLimits.STANDARD);
        kind = new StreamSourceKind(server.streams, new IdentitySettings("us-east-1", "000000000000"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void make(TestInfo test) {
        stream = "s" + test.getTestMethod().orElseThrow().getName().hashCode();
        server.create(stream, 1);
    }

    private static final class MemoryCheckpoints implements Checkpoints {
        private final Map<String, String> positions = new ConcurrentHashMap<>();

        @Override
        public Optional<String> find(String partition) {
            return Optional.ofNullable(positions.get(partition));
        }

        @Override
        public Map<String, String> all() {
            return Map.copyOf(positions);
        }

        @Override
        public void save(String partition, String position) {
            positions.put(partition, position);
        }

        @Override
        public void forget(String partition) {
            positions.remove(partition);
        }
    }

    private static SourceDescription description(String stream, StartingPosition position) {
        return new SourceDescription(
                Optional.of(ARN + stream),
                List.of(),
                List.of(),
                List.of(),
                Optional.of(position),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    private PartitionedSource open(StartingPosition position) {
        return (PartitionedSource) kind.open(description(stream, position), checkpoints);
    }

    private static List<String> positions(List<SourceRecord> records) {
        return records.stream().map(SourceRecord::position).toList();
    }

    @Test
    void a_record_looks_as_one_of_Kinesis() throws IOException, InterruptedException {
        Placed placed = server.put(stream, "customer-1", "{\"id\": 1}");
        try (PartitionedSource source = open(StartingPosition.TRIM_HORIZON)) {
            assertThat(source.partitions()).containsExactly(SHARD);
            SourceRecord record = source.read(SHARD, 10, PATIENCE).get(0);

            assertThat(JSON.readTree(record.json()))
                    .isEqualTo(JSON.readTree(
                            """
                    {"kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "customer-1",
                      "sequenceNumber": "%1$s", "data": "eyJpZCI6IDF9", "approximateArrivalTimestamp": 1795262400.123},
                     "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventID": "shardId-000000000000:%1$s",
                     "eventName": "aws:kinesis:record", "invokeIdentityArn": "arn:aws:iam::000000000000:role/millrace",
                     "awsRegion": "us-east-1", "eventSourceARN": "%2$s"}
                    """
                                    .formatted(placed.sequence(), ARN + stream)));
            assertThat(record.orderKey()).isEqualTo("customer-1");
            assertThat(record.arrived()).isEqualTo(clock.instant());
            JsonNode view = record.filterView().get();
            assertThat(view.at("/data/id").asInt()).isEqualTo(1);
            assertThat(view.path("partitionKey").asText()).isEqualTo("customer-1");
            assertThat(source.batchInfo(SHARD, List.of(record)).info())
                    .isEqualTo(JSON.readTree(
                            """
                    {"shardId": "shardId-000000000000", "startSequenceNumber": "%1$s", "endSequenceNumber": "%1$s",
                     "approximateArrivalOfFirstRecord": "2026-11-21T12:00:00.123Z",
                     "approximateArrivalOfLastRecord": "2026-11-21T12:00:00.123Z", "batchSize": 1, "streamArn": "%2$s"}
                    """
                                    .formatted(placed.sequence(), ARN + stream)));
        }
    }

    @Test
    void a_source_opened_again_goes_on_behind_what_was_committed() throws InterruptedException {
        server.putAll(stream, "key", List.of("0", "1", "2", "3"));
        List<String> first;
        try (PartitionedSource source = open(StartingPosition.TRIM_HORIZON)) {
            first = positions(source.read(SHARD, 3, PATIENCE));
            assertThat(source.commit(SHARD, first.get(1))).isTrue();
        }

        try (PartitionedSource again = open(StartingPosition.TRIM_HORIZON)) {
            List<String> second = positions(again.read(SHARD, 10, PATIENCE));

            assertThat(second).hasSize(2).startsWith(first.get(2));
        }
    }

    @Test
    void what_came_since_a_source_was_opened_at_the_latest_is_not_missed() throws InterruptedException {
        server.put(stream, "key", "before");
        open(StartingPosition.LATEST).close();
        Placed placed = server.put(stream, "key", "after");

        try (PartitionedSource again = open(StartingPosition.LATEST)) {
            assertThat(positions(again.read(SHARD, 10, PATIENCE)))
                    .containsExactly(placed.sequence().toString());
        }
    }

    @Test
    void a_stream_that_was_deleted_and_made_again_is_read_from_its_own_start() throws InterruptedException {
        server.putAll(stream, "key", List.of("0", "1"));
        try (PartitionedSource source = open(StartingPosition.TRIM_HORIZON)) {
            source.commit(SHARD, source.read(SHARD, 2, PATIENCE).get(1).position());
        }
        StreamServer.await(server.streams.delete(stream));
        clock.move(Duration.ofSeconds(1));
        server.create(stream, 1);
        Placed placed = server.put(stream, "key", "new");

        try (PartitionedSource source = open(StartingPosition.TRIM_HORIZON)) {
            assertThat(positions(source.read(SHARD, 10, PATIENCE)))
                    .containsExactly(placed.sequence().toString());
        }
    }

    @Test
    void an_interrupted_read_takes_nothing_away() throws InterruptedException {
        try (PartitionedSource source = open(StartingPosition.TRIM_HORIZON)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> source.read(SHARD, 10, PATIENCE)).isInstanceOf(InterruptedException.class);
            server.put(stream, "key", "0");

            assertThat(source.read(SHARD, 10, PATIENCE)).hasSize(1);
        }
    }

    @Test
    void a_stream_that_is_not_there_is_refused_and_one_that_goes_is_away() throws InterruptedException {
        assertThatThrownBy(() -> kind.open(description("nosuch", StartingPosition.LATEST), checkpoints))
                .isInstanceOf(SourceRefusedException.class)
                .hasMessage("Stream not found: " + ARN + "nosuch");

        try (PartitionedSource source = open(StartingPosition.TRIM_HORIZON)) {
            StreamServer.await(server.streams.delete(stream));

            assertThatThrownBy(source::partitions).isInstanceOf(SourceAwayException.class);
            assertThatThrownBy(() -> source.read(SHARD, 1, PATIENCE)).isInstanceOf(SourceAwayException.class);
        }
    }
}
