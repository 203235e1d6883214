package io.millrace.source.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.AccessConfiguration;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRecord;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.eventsource.contract.KeptCheckpoints;
import io.millrace.eventsource.contract.LogUnderTest.Written;
import io.millrace.source.kafka.KafkaBroker.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Kafka has beyond the contract of all sources: a group of readers, and records that others do not have. */
@ExtendWith(KafkaBroker.Shared.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class KafkaGroupIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Duration MOMENT = Duration.ofMillis(100);
    private static final int PARTITIONS = 4;

    private final KafkaBroker broker;

    KafkaGroupIT(KafkaBroker broker) {
        this.broker = broker;
    }

    @Test
    void readers_that_come_and_go_lose_no_record_and_repeat_only_what_was_not_committed() throws Exception {
        // Given
        Topic topic = broker.create(PARTITIONS);
        Map<String, List<Long>> handled = new TreeMap<>();
        try (Running one = new Running(topic, handled)) {
            write(topic, 0, 400);
            one.handle(() -> handledRecords(handled) >= 200);

            // When: another comes, while the first goes on.
            Set<String> second;
            try (Running other = new Running(topic, handled)) {
                write(topic, 400, 800);
                one.handle(() -> {
                    other.turn();
                    return other.partitions.size() == PARTITIONS / 2 && one.partitions.size() == PARTITIONS / 2;
                });
                second = other.partitions;
                write(topic, 800, 1_200);
                one.handle(() -> {
                    other.turn();
                    return handledRecords(handled) >= 1_200;
                });
            }
            // And goes.
            write(topic, 1_200, 1_600);
            one.handle(() -> handledRecords(handled) >= 1_600);

            // Then
            assertThat(second).hasSize(PARTITIONS / 2);
            assertThat(one.partitions).hasSize(PARTITIONS).containsAll(second);
        }
        Map<String, Long> ends = committed(topic);
        for (Map.Entry<String, List<Long>> of : handled.entrySet()) {
            assertThat(of.getValue()).as(of.getKey()).isSorted().doesNotHaveDuplicates();
            assertThat(of.getValue()).as(of.getKey()).hasSize(Math.toIntExact(ends.getOrDefault(of.getKey(), 0L)));
        }
        assertThat(ends.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(1_600);
    }

    @Test
    void commits_never_go_backwards_and_one_of_what_was_not_read_begins_the_partition_again() throws Exception {
        // Given
        Topic topic = broker.create(1);
        String partition = topic.name + "-0";
        write(topic, 0, 10);
        try (PartitionedSource source = open(topic, StartingPosition.TRIM_HORIZON)) {
            List<SourceRecord> records = read(source, partition, 10);

            // When
            boolean forwards = source.commit(partition, records.get(4).position());
            boolean backwards = source.commit(partition, records.get(2).position());
            boolean notRead = source.commit(partition, new RecordPosition(0, 1_000).toString());

            // Then
            assertThat(forwards).isTrue();
            assertThat(backwards).isTrue();
            assertThat(notRead).isFalse();
            assertThat(committed(topic)).containsEntry(partition, 5L);
            assertThat(source.read(partition, 10, MOMENT)).isEmpty();
            assertThat(source.partitions()).isEmpty();
            assertThat(source.partitions()).containsExactly(partition);
            assertThat(read(source, partition, 5))
                    .extracting(SourceRecord::position)
                    .containsExactly("0@5", "0@6", "0@7", "0@8", "0@9");
        }
    }

    @Test
    void how_many_records_are_behind_the_last_commit_is_told() throws Exception {
        // Given
        Topic topic = broker.create(1);
        String partition = topic.name + "-0";
        write(topic, 0, 10);
        try (PartitionedSource source = open(topic, StartingPosition.TRIM_HORIZON)) {
            // When
            List<SourceRecord> records = read(source, partition, 10);
            // Then
            awaitBehind(source, partition, 10);
            source.commit(partition, records.get(3).position());
            awaitBehind(source, partition, 6);
            write(topic, 10, 15);
            List<SourceRecord> later = read(source, partition, 5);
            awaitBehind(source, partition, 11);
            source.commit(partition, later.get(4).position());
            awaitBehind(source, partition, 0);
            assertThat(source.behind(topic.name + "-7")).isEmpty();
        }
    }

    private static void awaitBehind(PartitionedSource source, String partition, long records) {
        await().atMost(LONG).until(() -> source.behind(partition).equals(OptionalLong.of(records)));
    }

    @Test
    void a_commit_for_a_partition_that_another_reader_has_by_now_is_not_kept() throws Exception {
        // Given
        Topic topic = broker.create(2);
        write(topic, 0, 200);
        try (PartitionedSource one = open(topic, StartingPosition.TRIM_HORIZON)) {
            Map<String, List<SourceRecord>> read = new TreeMap<>();
            for (String partition : await().atMost(LONG).until(one::partitions, some -> some.size() == 2)) {
                read.put(partition, read(one, partition, 20));
            }

            // When
            try (PartitionedSource other = open(topic, StartingPosition.TRIM_HORIZON)) {
                String lost = await().atMost(LONG)
                        .until(other::partitions, some -> !some.isEmpty())
                        .iterator()
                        .next();
                List<SourceRecord> ofOther = read(other, lost, 30);
                assertThat(other.commit(lost, ofOther.get(29).position())).isTrue();

                // Then
                assertThat(ofOther.get(0).position())
                        .isEqualTo(read.getOrDefault(lost, List.of()).get(0).position());
                assertThat(one.commit(
                                lost, read.getOrDefault(lost, List.of()).get(19).position()))
                        .isFalse();
                assertThat(one.partitions()).hasSize(1).doesNotContain(lost);
                assertThat(one.read(lost, 10, MOMENT)).isEmpty();
                assertThat(committed(topic)).containsEntry(lost, 30L);
            }
        }
    }

    @Test
    void a_broker_that_is_killed_loses_no_commit_and_no_record() throws Exception {
        // Given
        Topic topic = broker.create(PARTITIONS);
        Map<String, List<Long>> handled = new TreeMap<>();
        write(topic, 0, 400);
        try (Running one = new Running(topic, handled)) {
            one.handle(() -> handledRecords(handled) >= 200);

            // When
            broker.stop();
            broker.start();
            write(topic, 400, 800);
            one.handle(() -> handledRecords(handled) >= 800);
        }

        // Then
        Map<String, Long> ends = committed(topic);
        for (Map.Entry<String, List<Long>> of : handled.entrySet()) {
            Set<Long> offsets = new HashSet<>(of.getValue());
            assertThat(offsets).as(of.getKey()).hasSize(Math.toIntExact(ends.getOrDefault(of.getKey(), 0L)));
        }
        assertThat(ends.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(800);
    }

    @Test
    void what_does_not_fit_into_memory_waits_at_the_broker_and_comes_in_order() throws Exception {
        // Given
        Topic topic = broker.create(1);
        write(topic, 0, 5_000);
        try (PartitionedSource source = open(topic, StartingPosition.TRIM_HORIZON)) {
            // When
            List<SourceRecord> records = read(source, topic.name + "-0", 5_000);

            // Then
            assertThat(records)
                    .extracting(SourceRecord::position)
                    .containsExactlyElementsOf(IntStream.range(0, 5_000)
                            .mapToObj(offset -> "0@" + offset)
                            .toList());
        }
    }

    @Test
    void a_topic_without_a_group_is_only_looked_at() throws Exception {
        // Given
        Topic topic = broker.create(1);
        SourceDescription groupless = new SourceDescription(
                Optional.empty(),
                List.of(broker.bootstrapServer()),
                List.of(topic.name),
                List.of(),
                Optional.of(StartingPosition.LATEST),
                Optional.empty(),
                List.of(),
                Optional.empty());

        // When
        try (PartitionedSource source =
                (PartitionedSource) new KafkaSourceKind().open(groupless, new KeptCheckpoints())) {
            // Then
            assertThatThrownBy(source::partitions)
                    .isInstanceOf(SourceAwayException.class)
                    .hasMessageContaining("no consumer group");
        }
        try (Admin admin = broker.admin()) {
            assertThat(admin.listGroups().all().get())
                    .noneMatch(group ->
                            group.groupId().isEmpty() || group.groupId().contains(topic.name));
        }
    }

    @Test
    void new_partitions_are_read_from_their_beginning() throws Exception {
        // Given
        Topic topic = broker.create(1);
        try (PartitionedSource source = open(topic, StartingPosition.LATEST)) {
            await().atMost(LONG).until(() -> source.partitions().size() == 1);
        }
        try (Admin admin = broker.admin()) {
            admin.createPartitions(Map.of(topic.name, NewPartitions.increaseTo(2)))
                    .all()
                    .get();
        }

        // When
        await().atMost(LONG)
                .ignoreExceptions()
                .until(() -> topic.send(List.of(new ProducerRecord<>(topic.name, 1, new byte[] {1}, new byte[] {2})))
                                .size()
                        == 1);

        // Then
        try (PartitionedSource source = open(topic, StartingPosition.LATEST)) {
            assertThat(read(source, topic.name + "-1", 1))
                    .extracting(SourceRecord::position)
                    .containsExactly("1@0");
        }
    }

    @Test
    void keys_values_and_headers_may_be_absent_and_bytes_of_any_kind() throws Exception {
        // Given
        Topic topic = broker.create(1);
        ProducerRecord<byte[], byte[]> binary =
                new ProducerRecord<>(topic.name, 0, 1_700_000_000_123L, null, new byte[] {(byte) 0xff, 0, 1});
        binary.headers().add("h", new byte[] {-1, 0, 127}).add("h", new byte[0]).add("none", null);
        ProducerRecord<byte[], byte[]> deletion =
                new ProducerRecord<>(topic.name, 0, 5L, "k".getBytes(UTF_8), null, List.of());
        topic.send(List.of(binary, deletion));
        try (PartitionedSource source = open(topic, StartingPosition.TRIM_HORIZON)) {
            // When
            List<SourceRecord> records = read(source, topic.name + "-0", 2);

            // Then
            assertThat(JSON.readTree(records.get(0).json()))
                    .isEqualTo(JSON.readTree(
                            """
                            {"topic":"%s","partition":0,"offset":0,"timestamp":1700000000123,"timestampType":"CREATE_TIME",
                             "value":"/wAB","headers":[{"h":[-1,0,127]},{"h":[]},{"none":null}]}
                            """
                                    .formatted(topic.name)));
            assertThat(JSON.readTree(records.get(1).json()))
                    .isEqualTo(JSON.readTree(
                            """
                            {"topic":"%s","partition":0,"offset":1,"timestamp":5,"timestampType":"CREATE_TIME",
                             "key":"aw==","headers":[]}
                            """
                                    .formatted(topic.name)));
            assertThat(records.get(0).orderKey()).isNotEqualTo(records.get(1).orderKey());
            assertThat(records.get(1).filterView().get().path("key").textValue())
                    .isEqualTo("k");
            assertThat(records.get(1).filterView().get().has("value")).isFalse();
        }
    }

    @Test
    void records_larger_than_an_event_may_be_are_read() throws Exception {
        // Given
        Topic topic = broker.create(1);
        topic.send(List.of(
                new ProducerRecord<>(topic.name, 0, null, new byte[8_000_000]),
                new ProducerRecord<>(topic.name, 0, null, new byte[8])));
        try (PartitionedSource source = open(topic, StartingPosition.TRIM_HORIZON)) {
            // When
            List<SourceRecord> records = read(source, topic.name + "-0", 2);

            // Then
            assertThat(records.get(0).json()).hasSizeGreaterThan(10_000_000);
            assertThat(records.get(1).json()).hasSizeLessThan(1_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"BASIC_AUTH", "SASL_SCRAM_256_AUTH", "SASL_SCRAM_512_AUTH"})
    void a_user_and_password_from_a_file_open_a_guarded_topic(String type, @TempDir Path directory) throws Exception {
        // Given
        Topic topic = broker.create(1);
        write(topic, 0, 3);
        Path secret = secret(directory, KafkaBroker.PASSWORD);

        // When
        try (PartitionedSource source =
                (PartitionedSource) new KafkaSourceKind().open(guarded(topic, type, secret), new KeptCheckpoints())) {
            // Then
            assertThat(read(source, topic.name + "-0", 3)).hasSize(3);
        }
    }

    @Test
    void a_wrong_password_is_refused_and_not_told(@TempDir Path directory) {
        // Given
        Topic topic = broker.create(1);
        Path secret = secret(directory, "wr0ng");

        // When, Then
        assertThatThrownBy(() -> new KafkaSourceKind()
                        .open(guarded(topic, "SASL_SCRAM_512_AUTH", secret), new KeptCheckpoints()))
                .isInstanceOf(SourceRefusedException.class)
                .hasMessageContaining("Topic " + topic.name)
                .hasMessageContaining(broker.guardedServer())
                .hasMessageNotContaining("wr0ng");
    }

    private SourceDescription guarded(Topic topic, String type, Path secret) {
        return KafkaBroker.described(
                broker.guardedServer(),
                topic.name,
                "g",
                StartingPosition.TRIM_HORIZON,
                Optional.empty(),
                List.of(new AccessConfiguration(type, "file:" + secret)));
    }

    private static Path secret(Path directory, String password) {
        try {
            return Files.write(
                    directory.resolve("secret.json"),
                    JSON.writeValueAsBytes(Map.of("username", KafkaBroker.USER, "password", password, "tls", false)));
        } catch (IOException noDisk) {
            throw new UncheckedIOException(noDisk);
        }
    }

    /** A mapping of the one group that commits what it has handled, all in the thread of the test. */
    private static final class Running implements AutoCloseable {
        private final PartitionedSource source;
        private final Map<String, List<Long>> handled;
        private Set<String> partitions = Set.of();

        Running(Topic topic, Map<String, List<Long>> handled) {
            this.source = open(topic, StartingPosition.TRIM_HORIZON);
            this.handled = handled;
        }

        void handle(Until done) throws InterruptedException {
            long end = System.nanoTime() + LONG.toNanos();
            while (!done.isDone()) {
                assertThat(System.nanoTime()).as("too late: %s", handled).isLessThan(end);
                turn();
            }
        }

        /** What was not committed was not handled, as far as this counts. */
        void turn() throws InterruptedException {
            try {
                partitions = source.partitions();
                for (String partition : partitions) {
                    List<SourceRecord> some = source.read(partition, 50, Duration.ofMillis(20));
                    if (!some.isEmpty()
                            && source.commit(
                                    partition, some.get(some.size() - 1).position())) {
                        some.forEach(record -> handled.computeIfAbsent(partition, first -> new ArrayList<>())
                                .add(RecordPosition.parse(record.position()).offset()));
                    }
                }
            } catch (SourceAwayException away) {
                assertThat(away).hasMessageContaining("topic.");
            }
        }

        @Override
        public void close() {
            source.close();
        }
    }

    private interface Until {
        boolean isDone() throws InterruptedException;
    }

    private static int handledRecords(Map<String, List<Long>> handled) {
        return handled.values().stream().mapToInt(List::size).sum();
    }

    private static PartitionedSource open(Topic topic, StartingPosition from) {
        return (PartitionedSource)
                new KafkaSourceKind().open(topic.describe("g", from, Optional.empty()), new KeptCheckpoints());
    }

    private static void write(Topic topic, int from, int to) {
        topic.write(IntStream.range(from, to)
                .mapToObj(number -> new Written("key-" + number % 50, "value-" + number))
                .toList());
    }

    private static List<SourceRecord> read(PartitionedSource source, String partition, int count)
            throws InterruptedException {
        List<SourceRecord> records = new ArrayList<>();
        long end = System.nanoTime() + LONG.toNanos();
        while (records.size() < count && System.nanoTime() < end) {
            source.partitions();
            records.addAll(source.read(partition, count - records.size(), MOMENT));
        }
        assertThat(records).hasSize(count);
        return records;
    }

    private Map<String, Long> committed(Topic topic) throws InterruptedException, ExecutionException {
        Map<String, Long> offsets = new TreeMap<>();
        try (Admin admin = broker.admin()) {
            admin.listConsumerGroupOffsets("g-of-" + topic.name)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) ->
                            offsets.put(partition.topic() + "-" + partition.partition(), offset.offset()));
        }
        return offsets;
    }
}
