package io.millrace.runtime.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.millrace.runtime.registry.Document;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.stream.ReadStart.After;
import io.millrace.runtime.stream.ReadStart.At;
import io.millrace.runtime.stream.ReadStart.AtTimestamp;
import io.millrace.runtime.stream.ReadStart.Latest;
import io.millrace.runtime.stream.ReadStart.TrimHorizon;
import io.millrace.runtime.stream.StreamServer.HandClock;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams on the real broker; segments of 1,000 records. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class StreamsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SEGMENT = 1_000;

    private static HandClock clock;
    private static StreamServer server;

    private String stream;

    @BeforeAll
    static void start(@TempDir Path directory) {
        clock = new HandClock();
        server = new StreamServer(directory, clock, new SegmentLimits(SEGMENT, 64 << 20));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void name(TestInfo test) {
        stream = "s" + test.getTestMethod().orElseThrow().getName().hashCode();
    }

    private static List<String> texts(int from, int count) {
        return IntStream.range(from, from + count).mapToObj(Integer::toString).toList();
    }

    @Test
    void records_of_a_key_come_in_the_order_they_were_put_whatever_else_is_put_meanwhile() {
        server.create(stream, 4);
        List<Future<Placed>> placing = IntStream.range(0, 2_000)
                .mapToObj(i -> server.streams.put(
                        stream,
                        new NewRecord("key-" + i % 10, Integer.toString(i).getBytes(StandardCharsets.UTF_8))))
                .toList();
        StreamServer.await(Future.all(placing));

        Map<String, List<Integer>> byKey = server.streams.shards(stream).stream()
                .flatMap(shard -> {
                    ShardReader reader =
                            StreamServer.await(server.streams.reader(stream, shard.id(), new TrimHorizon()));
                    return StreamServer.readAll(reader, 300).stream();
                })
                .collect(Collectors.groupingBy(
                        StreamRecord::partitionKey,
                        Collectors.mapping(
                                record -> Integer.valueOf(new String(record.data(), StandardCharsets.UTF_8)),
                                Collectors.toList())));

        assertThat(byKey).hasSize(10);
        assertThat(byKey.values())
                .allSatisfy(numbers -> assertThat(numbers).hasSize(200).isSorted());
    }

    @Test
    void more_shards_than_there_can_be_are_refused_and_not_stored() {
        server.create(stream, 1);
        for (int shards : new int[] {0, -1, Streams.MOST_SHARDS, Integer.MAX_VALUE}) {
            String large = stream + "-large";

            Throwable refused = catchThrowable(() -> server.create(large, shards));

            assertThat(refused)
                    .hasCauseInstanceOf(StreamRefusedException.class)
                    .hasMessageContaining("shard count is " + shards + ", expected 1 to ");
            assertThat(server.streams.find(large)).isEmpty();
        }
    }

    @Test
    void a_stored_stream_with_more_shards_than_there_can_be_is_not_taken_up() {
        StreamDefinition huge = new StreamDefinition(
                "huge", Integer.MAX_VALUE, StreamDefinition.DEFAULT_RETENTION, Instant.ofEpochMilli(1));
        Document stored = new Document(DocumentKind.STREAM, "", "huge", huge.json());

        assertThat(catchThrowable(() -> StreamDefinition.read(stored)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("stream 'huge' is stored with 2147483647 shards, expected 1 to 200");
    }

    @Test
    void a_key_goes_to_the_shard_whose_hashes_have_its_MD5() {
        server.create(stream, 4);

        List<String> shards = List.of("a", "b", "c", "d").stream()
                .map(key -> server.put(stream, key, "x").shardId())
                .toList();

        // MD5 begins with 0c, 92, 4a, 82.
        assertThat(shards)
                .containsExactly(
                        "shardId-000000000000", "shardId-000000000002", "shardId-000000000001", "shardId-000000000002");
    }

    @Test
    void ten_thousand_records_are_read_in_order_by_two_readers_each_for_itself() {
        server.create(stream, 1);
        List<Placed> placed = server.putAll(stream, "key", texts(0, 10_000));
        assertThat(placed).extracting(Placed::sequence).isSorted().doesNotHaveDuplicates();
        ShardReader one = server.reader(stream, new TrimHorizon());
        ShardReader other = server.reader(stream, new TrimHorizon());

        List<StreamRecord> half = StreamServer.read(one, 5_000, PATIENCE).records();
        List<StreamRecord> all = StreamServer.readAll(other, 700);
        List<StreamRecord> rest = StreamServer.readAll(one, 700);

        assertThat(StreamServer.texts(all)).isEqualTo(texts(0, 10_000));
        assertThat(StreamServer.texts(half)).isEqualTo(texts(0, half.size()));
        assertThat(StreamServer.texts(rest)).isEqualTo(texts(half.size(), 10_000 - half.size()));
        assertThat(all)
                .extracting(StreamRecord::sequence)
                .isEqualTo(placed.stream().map(Placed::sequence).toList());
        assertThat(server.queues(stream)).hasSize(10);
    }

    @Test
    void a_page_is_no_larger_than_asked_for() {
        server.create(stream, 1);
        server.putAll(stream, "key", List.of("a".repeat(900_000), "b".repeat(900_000), "c".repeat(100)));
        ShardReader reader = server.reader(stream, new TrimHorizon());

        List<Integer> pages = IntStream.range(0, 3)
                .mapToObj(page -> StreamServer.await(reader.read(10, 1_000_000, Duration.ZERO))
                        .records()
                        .size())
                .toList();

        assertThat(pages).containsExactly(1, 2, 0);
    }

    @Test
    void a_reader_starts_where_it_is_told_to() {
        server.create(stream, 1);
        List<Placed> first = server.putAll(stream, "key", texts(0, 1_500));
        clock.move(Duration.ofMinutes(1));
        Instant between = clock.instant();
        clock.move(Duration.ofMinutes(1));
        server.putAll(stream, "key", texts(1_500, 1_500));
        ShardReader latest = server.reader(stream, new Latest());

        assertThat(server.readAll(stream, new TrimHorizon())).isEqualTo(texts(0, 3_000));
        assertThat(server.readAll(stream, new AtTimestamp(between))).isEqualTo(texts(1_500, 1_500));
        assertThat(server.readAll(stream, new After(first.get(999).sequence()))).isEqualTo(texts(1_000, 2_000));
        assertThat(server.readAll(stream, new At(first.get(1_200).sequence()))).isEqualTo(texts(1_200, 1_800));
        server.put(stream, "key", "3000");
        assertThat(StreamServer.texts(StreamServer.readAll(latest, 10))).isEqualTo(List.of("3000"));
    }

    @Test
    void a_reader_that_waits_gets_what_comes() {
        server.create(stream, 1);
        ShardReader reader = server.reader(stream, new TrimHorizon());
        Future<ReadPage> waiting = reader.read(10, 1 << 20, PATIENCE);

        server.put(stream, "key", "news");

        assertThat(StreamServer.texts(StreamServer.await(waiting).records())).containsExactly("news");
        assertThat(StreamServer.read(reader, 10, Duration.ofMillis(1)).records())
                .isEmpty();
    }

    @Test
    void what_is_older_than_its_retention_is_neither_read_nor_kept() {
        server.create(stream, 1);
        server.putAll(stream, "key", texts(0, 2_500));
        clock.move(Duration.ofHours(23));
        Placed last = server.putAll(stream, "key", texts(2_500, 500)).get(499);
        clock.move(Duration.ofHours(2));

        assertThat(server.readAll(stream, new TrimHorizon())).isEqualTo(texts(2_500, 500));
        await().atMost(PATIENCE).untilAsserted(() -> {
            server.tidy();
            assertThat(server.queues(stream)).hasSize(1);
        });
        assertThat(server.put(stream, "key", "3000").sequence().isAfter(last.sequence()))
                .isTrue();
        assertThat(server.readAll(stream, new TrimHorizon())).isEqualTo(texts(2_500, 501));
    }

    @Test
    void a_deleted_stream_leaves_nothing_and_ends_its_readers() {
        server.create(stream, 2);
        server.putAll(stream, "key", texts(0, 1_500));
        ShardReader reader = server.reader(stream, new Latest());
        Future<ReadPage> waiting = reader.read(10, 1 << 20, PATIENCE);

        StreamServer.await(server.streams.delete(stream));

        assertThat(catchThrowable(() -> StreamServer.await(waiting)))
                .hasRootCauseInstanceOf(StreamUnknownException.class);
        assertThat(server.queues(stream)).isEmpty();
        server.create(stream, 1);
        assertThat(server.readAll(stream, new TrimHorizon())).isEmpty();
    }

    @Test
    void nobody_takes_a_record_away() {
        server.create(stream, 1);
        server.putAll(stream, "key", texts(0, 10));

        assertThat(server.consume(server.queues(stream).get(0), 10)).isEqualTo(10);

        assertThat(server.readAll(stream, new TrimHorizon())).isEqualTo(texts(0, 10));
    }
}
