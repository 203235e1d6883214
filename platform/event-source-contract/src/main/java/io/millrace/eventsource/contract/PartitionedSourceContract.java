package io.millrace.eventsource.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.EventFrame;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.PartitionedSource.BatchInfo;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRecord;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.eventsource.contract.LogUnderTest.Written;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/**
 * What every kind of {@link PartitionedSource} does. A kind extends this, starts its real server once for the class,
 * and says how records are written and what they look like.
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
public abstract class PartitionedSourceContract {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Duration MOMENT = Duration.ofMillis(100);
    private static final Duration STEP_OF_CLOCKS = Duration.ofMillis(30);
    private static final int MANY_BYTES = 4_096;
    private static final int KEYS = 30;

    /** The kind that is tested. */
    protected abstract EventSourceKind kind();

    /** A new one at the server, with so many partitions, or as many as it can have. */
    protected abstract LogUnderTest create(int partitions);

    /** One that the server does not have. */
    protected abstract SourceDescription nowhere();

    /** How a refusal of {@link #nowhere} names it. */
    protected abstract String nowhereByName();

    /** The value that was written, as it is in the JSON of its record. */
    protected abstract String valueIn(JsonNode record);

    /** Looks at all members of a record; the value is JSON. */
    protected abstract void checkRecord(JsonNode record, String partition, Written written);

    /** Looks at the whole event of a batch. */
    protected abstract void checkEvent(JsonNode event, String partition, int records);

    /** Looks at what an on-failure destination would hear of a batch. */
    protected abstract void checkBatchInfo(BatchInfo info, String partition, List<SourceRecord> batch);

    /** As a function names this record in {@code batchItemFailures}. */
    protected abstract JsonNode itemIdentifier(String partition, JsonNode record);

    /** Where filter patterns find the value that was written, as a JSON pointer; empty if values are no JSON there. */
    protected abstract Optional<String> valueForFilters();

    /** Empty where the server cannot be taken away; then that is not tested. */
    protected abstract Optional<RealServer> server();

    /** Those that the kind knows. */
    protected Set<StartingPosition> startingPositions() {
        return EnumSet.allOf(StartingPosition.class);
    }

    /** How many partitions {@link #create} is asked for. */
    protected int partitions() {
        return 3;
    }

    /** Records of 4 KB that the test of memory writes. */
    protected int many() {
        return 20_000;
    }

    /** How much more of the heap may be in use while they wait, in bytes. */
    protected long memory() {
        return 40L << 20;
    }

    @Test
    protected void every_record_comes_once_and_in_order_within_its_partition() throws Exception {
        // Given
        LogUnderTest log = create(partitions());
        log.write(numbered(0, 300));
        try (Reader reader = open(log, "one", StartingPosition.TRIM_HORIZON)) {
            // When
            Map<String, List<SourceRecord>> records = reader.read(300);
            reader.readsNothingMore();

            // Then
            assertThat(reader.source.partitions()).hasSize(partitions()).containsAll(records.keySet());
            assertThat(records).hasSize(partitions());
            assertThat(all(records)).containsExactlyInAnyOrderElementsOf(range(0, 300));
            assertThat(records.values())
                    .allSatisfy(some -> assertThat(numbers(some)).isSorted());
            assertThat(records.values())
                    .allSatisfy(some ->
                            assertThat(some).extracting(SourceRecord::position).doesNotHaveDuplicates());
            assertThat(records.values()).flatMap(some -> some).allSatisfy(record -> assertThat(record.arrived())
                    .isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(600)));
        }
    }

    @Test
    protected void records_of_one_key_have_one_order_key_and_others_have_others() throws Exception {
        // Given
        LogUnderTest log = create(partitions());
        log.write(numbered(0, 90));
        try (Reader reader = open(log, "one", StartingPosition.TRIM_HORIZON)) {
            // When
            Map<String, List<SourceRecord>> records = reader.read(90);

            // Then
            Map<String, Set<String>> orderKeys = records.values().stream()
                    .flatMap(List::stream)
                    .collect(Collectors.groupingBy(
                            record -> key(number(record)),
                            TreeMap::new,
                            Collectors.mapping(SourceRecord::orderKey, Collectors.toSet())));
            assertThat(orderKeys).hasSize(KEYS).allSatisfy((key, some) -> assertThat(some)
                    .hasSize(1));
            assertThat(orderKeys.values().stream().distinct()).hasSize(KEYS);
        }
    }

    @Test
    protected void a_mapping_that_starts_with_the_latest_sees_only_what_comes_after_it_was_opened() throws Exception {
        assumeTrue(startingPositions().contains(StartingPosition.LATEST));
        // Given
        LogUnderTest log = create(partitions());
        log.write(numbered(0, 60));
        try (Reader reader = open(log, "one", StartingPosition.LATEST)) {
            // When
            log.write(numbered(60, 120));

            // Then
            assertThat(all(reader.read(60))).containsExactlyInAnyOrderElementsOf(range(60, 120));
            reader.readsNothingMore();
        }
    }

    @Test
    protected void a_mapping_that_starts_with_the_latest_and_is_reopened_before_any_commit_loses_nothing()
            throws Exception {
        assumeTrue(startingPositions().contains(StartingPosition.LATEST));
        // Given
        LogUnderTest log = create(partitions());
        KeptCheckpoints kept = new KeptCheckpoints();
        SourceDescription description = log.describe("one", StartingPosition.LATEST, Optional.empty());
        log.write(numbered(0, 60));
        try (Reader first = open(description, kept)) {
            log.write(numbered(60, 120));
            first.read(60);
        }
        log.write(numbered(120, 150));

        // When
        try (Reader second = open(description, kept)) {
            // Then
            assertThat(all(second.read(90))).containsExactlyInAnyOrderElementsOf(range(60, 150));
        }
    }

    @Test
    protected void a_mapping_that_starts_at_a_time_sees_what_came_then_or_later() throws Exception {
        assumeTrue(startingPositions().contains(StartingPosition.AT_TIMESTAMP));
        // Given
        LogUnderTest log = create(partitions());
        log.write(numbered(0, 60));
        Instant between = aMomentLater();
        aMomentLater();
        log.write(numbered(60, 120));

        // When
        SourceDescription description = log.describe("one", StartingPosition.AT_TIMESTAMP, Optional.of(between));
        try (Reader reader = open(description, new KeptCheckpoints())) {
            log.write(numbered(120, 150));

            // Then
            assertThat(all(reader.read(90))).containsExactlyInAnyOrderElementsOf(range(60, 150));
            reader.readsNothingMore();
        }
    }

    @Test
    protected void a_source_opened_again_starts_behind_the_last_commit_of_each_partition() throws Exception {
        // Given
        LogUnderTest log = create(partitions());
        KeptCheckpoints kept = new KeptCheckpoints();
        SourceDescription description = log.describe("one", StartingPosition.TRIM_HORIZON, Optional.empty());
        log.write(numbered(0, 120));
        Map<String, List<SourceRecord>> records;
        List<Integer> uncommitted = new ArrayList<>();
        try (Reader first = open(description, kept)) {
            records = first.read(120);
            boolean commits = true;
            for (Map.Entry<String, List<SourceRecord>> of : records.entrySet()) {
                int done = commits ? of.getValue().size() / 2 : 0;
                commits = false;
                if (done > 0) {
                    assertThat(first.source.commit(
                                    of.getKey(), of.getValue().get(done - 1).position()))
                            .isTrue();
                }
                uncommitted.addAll(
                        numbers(of.getValue().subList(done, of.getValue().size())));
            }
        }

        // When
        try (Reader second = open(description, kept)) {
            Map<String, List<SourceRecord>> again = second.read(uncommitted.size());
            second.readsNothingMore();

            // Then
            assertThat(all(again)).containsExactlyInAnyOrderElementsOf(uncommitted);
            assertThat(again.values())
                    .allSatisfy(some -> assertThat(numbers(some)).isSorted());
        }
    }

    @Test
    protected void a_source_opened_again_from_elsewhere_still_starts_behind_its_last_commit() throws Exception {
        assumeTrue(startingPositions().contains(StartingPosition.LATEST));
        // Given
        LogUnderTest log = create(partitions());
        KeptCheckpoints kept = new KeptCheckpoints();
        log.write(numbered(0, 60));
        try (Reader first = open(log.describe("one", StartingPosition.TRIM_HORIZON, Optional.empty()), kept)) {
            first.commitAll(first.read(60));
        }
        log.write(numbered(60, 120));

        // When
        try (Reader second = open(log.describe("one", StartingPosition.LATEST, Optional.empty()), kept)) {
            // Then
            assertThat(all(second.read(60))).containsExactlyInAnyOrderElementsOf(range(60, 120));
            second.readsNothingMore();
        }
    }

    @Test
    protected void two_mappings_read_the_same_source_on_their_own() throws Exception {
        // Given
        LogUnderTest log = create(partitions());
        log.write(numbered(0, 60));
        try (Reader one = open(log, "one", StartingPosition.TRIM_HORIZON);
                Reader other = open(log, "other", StartingPosition.TRIM_HORIZON)) {
            // When
            one.commitAll(one.read(60));

            // Then
            assertThat(all(other.read(60))).containsExactlyInAnyOrderElementsOf(range(0, 60));
            log.write(numbered(60, 90));
            assertThat(all(one.read(30))).containsExactlyInAnyOrderElementsOf(range(60, 90));
            assertThat(all(other.read(30))).containsExactlyInAnyOrderElementsOf(range(60, 90));
        }
    }

    @Test
    protected void a_server_that_goes_away_is_told_and_reading_goes_on_when_it_is_back() throws Exception {
        assumeTrue(server().isPresent());
        // Given
        RealServer server = server().orElseThrow();
        LogUnderTest log = create(partitions());
        log.write(numbered(0, 60));
        try (Reader reader = open(log, "one", StartingPosition.TRIM_HORIZON)) {
            reader.commitAll(reader.read(60));

            // When
            server.stop();
            try {
                await().atMost(LONG).untilAsserted(() -> assertThatThrownBy(() -> reader.read(1))
                        .isInstanceOf(SourceAwayException.class));
                // Not refused: nobody knows that it is not there.
                assertThatThrownBy(() -> open(log, "other", StartingPosition.TRIM_HORIZON)
                                .close())
                        .isInstanceOf(SourceAwayException.class);
            } finally {
                server.start();
            }
            log.write(numbered(60, 120));

            // Then
            Map<String, List<SourceRecord>> records = reader.readInBadTimes(60);
            assertThat(all(records)).containsExactlyInAnyOrderElementsOf(range(60, 120));
            assertThat(records.values())
                    .allSatisfy(some -> assertThat(numbers(some)).isSorted());
            await().atMost(LONG)
                    .ignoreExceptionsInstanceOf(SourceAwayException.class)
                    .untilAsserted(() -> {
                        reader.commitAll(records);
                    });
        }
    }

    @Test
    protected void a_source_that_is_not_there_is_refused_by_its_name() {
        // Given
        SourceDescription nowhere = nowhere();

        // When, Then
        assertThat(kind().isOf(nowhere)).isTrue();
        assertThatThrownBy(() -> kind().open(nowhere, new KeptCheckpoints()).close())
                .isInstanceOf(SourceRefusedException.class)
                .hasMessageContaining(nowhereByName());
    }

    @Test
    protected void closing_ends_reads_that_wait() throws Exception {
        // Given
        LogUnderTest log = create(1);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Reader reader = open(log, "one", StartingPosition.TRIM_HORIZON)) {
            String partition = partitionsOf(reader.source).iterator().next();
            Future<List<SourceRecord>> reading = thread.submit(() -> reader.source.read(partition, 1, LONG));

            // When
            Instant closed = Instant.now();
            reader.source.close();

            // Then
            assertThatThrownBy(reading::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SourceAwayException.class);
            assertThat(closed.plus(LONG.dividedBy(2))).isAfter(Instant.now());
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    protected void a_read_gives_at_most_what_was_asked_for_and_nothing_after_a_patient_wait() throws Exception {
        // Given
        LogUnderTest log = create(1);
        log.write(numbered(0, 20));
        try (Reader reader = open(log, "one", StartingPosition.TRIM_HORIZON)) {
            String partition = partitionsOf(reader.source).iterator().next();

            // When
            List<SourceRecord> seven = new ArrayList<>();
            await().atMost(LONG).until(() -> seven.addAll(reader.source.read(partition, 7, MOMENT)));
            Map<String, List<SourceRecord>> rest = reader.read(20 - seven.size());
            List<SourceRecord> none = reader.source.read(partition, 7, MOMENT);

            // Then
            assertThat(seven).hasSizeBetween(1, 7);
            assertThat(all(rest)).containsExactlyElementsOf(range(seven.size(), 20));
            assertThat(none).isEmpty();
        }
    }

    @Test
    protected void a_partition_that_is_not_read_here_gives_nothing_and_keeps_nothing() throws Exception {
        // Given
        LogUnderTest log = create(1);
        log.write(numbered(0, 5));
        try (Reader reader = open(log, "one", StartingPosition.TRIM_HORIZON)) {
            String position = reader.read(5).values().iterator().next().get(0).position();

            // When, Then
            assertThat(reader.source.read("not-a-partition", 10, MOMENT)).isEmpty();
            assertThat(reader.source.commit("not-a-partition", position)).isFalse();
        }
    }

    @Test
    protected void many_records_that_wait_take_little_memory_and_come_all() throws Exception {
        // Given
        LogUnderTest log = create(partitions());
        String padding = "x".repeat(MANY_BYTES);
        int step = many() / 20;
        for (int from = 0; from < many(); from += step) {
            log.write(IntStream.range(from, Math.min(from + step, many()))
                    .mapToObj(number -> new Written(key(number), value(number, padding)))
                    .toList());
        }
        long before = usedMemory();
        try (Reader reader = open(log, "one", StartingPosition.TRIM_HORIZON)) {
            // When
            Map<String, List<SourceRecord>> first = reader.read(1);
            await().atMost(LONG)
                    .pollInterval(Duration.ofMillis(500))
                    .during(Duration.ofSeconds(2))
                    .until(() -> usedMemory() - before < memory());

            // Then
            Map<Integer, Integer> times = new ConcurrentHashMap<>();
            first.values().stream()
                    .flatMap(List::stream)
                    .forEach(record -> times.merge(number(record), 1, Integer::sum));
            readOnThreads(reader.source, times);
            assertThat(times).hasSize(many()).allSatisfy((number, count) -> assertThat(count)
                    .isEqualTo(1));
        }
    }

    @Test
    protected void records_events_and_identifiers_look_as_functions_know_them() throws Exception {
        // Given
        LogUnderTest log = create(1);
        log.write(numbered(0, 3));
        try (Reader reader = open(log, "one", StartingPosition.TRIM_HORIZON)) {
            // When
            Map.Entry<String, List<SourceRecord>> read =
                    reader.read(3).entrySet().iterator().next();
            String partition = read.getKey();
            List<SourceRecord> records = read.getValue();
            EventFrame frame = reader.source.frame(partition);
            JsonNode event = parse(frame.head()
                    + records.stream()
                            .map(record -> new String(record.json(), UTF_8))
                            .collect(Collectors.joining(","))
                    + frame.tail());

            // Then
            assertThat(frame.head()).startsWith("{\"");
            checkEvent(event, partition, 3);
            for (SourceRecord record : records) {
                JsonNode json = json(record);
                checkRecord(
                        json,
                        partition,
                        numbered(number(record), number(record) + 1).get(0));
                assertThat(reader.source.position(itemIdentifier(partition, json)))
                        .contains(record.position());
            }
            for (String none : List.of("null", "5", "[]", "{}", "true")) {
                assertThat(reader.source.position(parse(none))).as(none).isEmpty();
            }
            BatchInfo info = reader.source.batchInfo(partition, records);
            assertThat(info.member()).isNotEmpty();
            checkBatchInfo(info, partition, records);
        }
    }

    @Test
    protected void filters_see_a_body_that_is_json_as_json() throws Exception {
        assumeTrue(valueForFilters().isPresent());
        // Given
        String pointer = valueForFilters().orElseThrow();
        LogUnderTest log = create(1);
        log.write(List.of(new Written("k", "{\"number\":1,\"in\":{\"list\":[\"a\",2.50]}}")));
        log.write(List.of(new Written("k", "just text")));
        log.write(List.of(new Written("k", "[1,2]")));
        try (Reader reader = open(log, "one", StartingPosition.TRIM_HORIZON)) {
            // When
            List<ObjectNode> views = reader.read(3).values().iterator().next().stream()
                    .map(record -> record.filterView().get())
                    .toList();

            // Then
            assertThat(views.get(0).at(pointer).isObject()).isTrue();
            assertThat(views.get(0).at(pointer).at("/in/list/0").textValue()).isEqualTo("a");
            assertThat(views.get(0).at(pointer).at("/number").intValue()).isEqualTo(1);
            assertThat(views.get(1).at(pointer).isObject()).isFalse();
        }
    }

    private Reader open(LogUnderTest log, String mapping, StartingPosition from) {
        return open(log.describe(mapping, from, Optional.empty()), new KeptCheckpoints());
    }

    private Reader open(SourceDescription description, KeptCheckpoints kept) {
        assertThat(kind().isOf(description)).isTrue();
        assertThat(kind().isQueue()).isFalse();
        return new Reader((PartitionedSource) kind().open(description, kept));
    }

    private static Set<String> partitionsOf(PartitionedSource source) {
        return await().atMost(LONG).until(source::partitions, some -> !some.isEmpty());
    }

    private void readOnThreads(PartitionedSource source, Map<Integer, Integer> times) throws Exception {
        Set<String> partitions = source.partitions();
        Instant end = Instant.now().plus(LONG);
        ExecutorService threads = Executors.newFixedThreadPool(partitions.size());
        try {
            Map<String, Future<?>> ends = new LinkedHashMap<>();
            for (String partition : partitions) {
                ends.put(partition, threads.submit(() -> {
                    while (times.size() < many() && Instant.now().isBefore(end)) {
                        try {
                            List<SourceRecord> some = source.read(partition, 500, MOMENT);
                            some.forEach(record -> times.merge(number(record), 1, Integer::sum));
                            if (!some.isEmpty()) {
                                source.commit(
                                        partition, some.get(some.size() - 1).position());
                            }
                        } catch (SourceAwayException busy) {
                            // Asked again, as pollers do: a server that has a core to itself answers in time.
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> one : ends.values()) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Written> numbered(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(number -> new Written(key(number), value(number, "")))
                .toList();
    }

    private static String key(int number) {
        return "key-" + number % KEYS;
    }

    private static String value(int number, String padding) {
        return "{\"number\":" + number + ",\"padding\":\"" + padding + "\"}";
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private List<Integer> all(Map<String, List<SourceRecord>> records) {
        return records.values().stream().flatMap(some -> numbers(some).stream()).toList();
    }

    private List<Integer> numbers(List<SourceRecord> records) {
        return records.stream().map(this::number).toList();
    }

    private int number(SourceRecord record) {
        return parse(valueIn(json(record))).path("number").intValue();
    }

    private static JsonNode json(SourceRecord record) {
        try {
            return JSON.readTree(record.json());
        } catch (IOException notJson) {
            throw new UncheckedIOException("A record is no JSON: " + new String(record.json(), UTF_8), notJson);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException notJson) {
            throw new UncheckedIOException("This is no JSON: " + text, notJson);
        }
    }

    /** Clocks of this machine and of the server have moved on between two of these. */
    private static Instant aMomentLater() {
        Instant now = Instant.now();
        await().pollInterval(Duration.ofMillis(5)).until(() -> Instant.now().isAfter(now.plus(STEP_OF_CLOCKS)));
        return Instant.now();
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
