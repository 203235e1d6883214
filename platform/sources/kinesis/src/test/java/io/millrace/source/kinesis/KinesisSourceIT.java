package io.millrace.source.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.PartitionedSource.BatchInfo;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRecord;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.eventsource.contract.HttpGate;
import io.millrace.eventsource.contract.KeptCheckpoints;
import io.millrace.eventsource.contract.LogUnderTest;
import io.millrace.eventsource.contract.NetworkGate;
import io.millrace.eventsource.contract.PartitionedSourceContract;
import io.millrace.eventsource.contract.RealServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** Against kinesis-local; skipped, with this name, where it cannot be installed. */
class KinesisSourceIT extends PartitionedSourceContract {
    private static final String ACCOUNT = "000000000000";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int MOST_IN_ONE_REQUEST = 500;
    private static final String ENDPOINT = "aws.endpointUrlKinesis";
    private static final Map<String, String> PROPERTIES = Map.of(
            "aws.accessKeyId", "key",
            "aws.secretAccessKey", "secret");

    private static Optional<KinesisServer> server = Optional.empty();
    private static NetworkGate gate;
    private static KinesisClient client;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        server = KinesisServer.start();
        assumeTrue(server.isPresent(), "kinesis-local cannot be installed: its registry is out of reach");
        gate = new NetworkGate(server.orElseThrow().port());
        PROPERTIES.forEach(System::setProperty);
        System.setProperty(ENDPOINT, "http://127.0.0.1:" + gate.port());
        client = KinesisClient.builder()
                .region(Region.US_EAST_1)
                .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(PATIENCE))
                .build();
    }

    @AfterAll
    static void stop() {
        if (server.isPresent()) {
            client.close();
            gate.close();
            server.orElseThrow().close();
        }
        PROPERTIES.keySet().forEach(System::clearProperty);
        System.clearProperty(ENDPOINT);
    }

    @Override
    protected EventSourceKind kind() {
        return new KinesisSourceKind();
    }

    @Override
    protected LogUnderTest create(int partitions) {
        return new Stream(partitions);
    }

    @Override
    protected SourceDescription nowhere() {
        return SourceDescription.ofArn(arn("nowhere"));
    }

    @Override
    protected String nowhereByName() {
        return "Stream not found: " + arn("nowhere");
    }

    @Override
    protected String valueIn(JsonNode record) {
        return new String(Base64.getDecoder().decode(record.at("/kinesis/data").textValue()), UTF_8);
    }

    @Override
    protected void checkRecord(JsonNode record, String partition, LogUnderTest.Written written) {
        assertThat(valueIn(record)).isEqualTo(written.value());
        assertThat(record.at("/kinesis/kinesisSchemaVersion").textValue()).isEqualTo("1.0");
        assertThat(record.at("/kinesis/partitionKey").textValue()).isEqualTo(written.key());
        String sequenceNumber = record.at("/kinesis/sequenceNumber").textValue();
        assertThat(sequenceNumber).matches("\\d+");
        assertThat(record.at("/kinesis/approximateArrivalTimestamp").isDouble()).isTrue();
        assertThat(record.path("eventSource").textValue()).isEqualTo("aws:kinesis");
        assertThat(record.path("eventVersion").textValue()).isEqualTo("1.0");
        assertThat(record.path("eventID").textValue()).isEqualTo(partition + ":" + sequenceNumber);
        assertThat(record.path("eventName").textValue()).isEqualTo("aws:kinesis:record");
        assertThat(record.path("invokeIdentityArn").textValue()).startsWith("arn:aws:iam::" + ACCOUNT + ":role/");
        assertThat(record.path("awsRegion").textValue()).isEqualTo("us-east-1");
        assertThat(record.path("eventSourceARN").textValue()).startsWith(arn(""));
    }

    @Override
    protected void checkEvent(JsonNode event, String partition, int records) {
        assertThat(event.size()).isEqualTo(1);
        assertThat(event.path("Records")).hasSize(records);
    }

    @Override
    protected void checkBatchInfo(BatchInfo info, String partition, List<SourceRecord> batch) {
        assertThat(info.member()).isEqualTo("KinesisBatchInfo");
        assertThat(info.holdsPayload()).isFalse();
        assertThat(info.info().path("shardId").textValue()).isEqualTo(partition);
        assertThat(info.info().path("startSequenceNumber").textValue())
                .isEqualTo(batch.get(0).position());
        assertThat(info.info().path("endSequenceNumber").textValue())
                .isEqualTo(batch.get(batch.size() - 1).position());
        assertThat(info.info().path("approximateArrivalOfFirstRecord").textValue())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(info.info().path("batchSize").intValue()).isEqualTo(batch.size());
        assertThat(info.info().path("streamArn").textValue()).startsWith(arn(""));
    }

    @Override
    protected JsonNode itemIdentifier(String partition, JsonNode record) {
        return record.at("/kinesis/sequenceNumber");
    }

    @Override
    protected Optional<String> valueForFilters() {
        return Optional.of("/data");
    }

    @Override
    protected Optional<RealServer> server() {
        return Optional.of(gate);
    }

    /** More would test the memory of kinesis-local. */
    @Override
    protected int many() {
        return 2_000;
    }

    private static String arn(String stream) {
        return "arn:aws:kinesis:us-east-1:" + ACCOUNT + ":stream/" + stream;
    }

    private static final class Stream implements LogUnderTest {
        private final String name = "s-" + UUID.randomUUID();

        Stream(int shards) {
            client.createStream(request -> request.streamName(name).shardCount(shards));
            awaitActive();
        }

        void awaitActive() {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> client.describeStreamSummary(request -> request.streamName(name))
                                    .streamDescriptionSummary()
                                    .streamStatus()
                            == StreamStatus.ACTIVE);
        }

        @Override
        public void write(List<Written> records) {
            for (int from = 0; from < records.size(); from += MOST_IN_ONE_REQUEST) {
                List<PutRecordsRequestEntry> entries =
                        records.subList(from, Math.min(from + MOST_IN_ONE_REQUEST, records.size())).stream()
                                .map(record -> PutRecordsRequestEntry.builder()
                                        .partitionKey(record.key())
                                        .data(SdkBytes.fromUtf8String(record.value()))
                                        .build())
                                .toList();
                assertThat(client.putRecords(request -> request.streamName(name).records(entries))
                                .failedRecordCount())
                        .isZero();
            }
        }

        @Override
        public SourceDescription describe(String mapping, StartingPosition from, Optional<Instant> timestamp) {
            return new SourceDescription(
                    Optional.of(arn(name)),
                    List.of(),
                    List.of(),
                    List.of(),
                    Optional.of(from),
                    timestamp,
                    List.of(),
                    Optional.empty());
        }
    }

    @Test
    void shards_that_follow_are_read_only_when_the_one_they_were_made_of_is_done() throws Exception {
        Stream stream = new Stream(1);
        stream.write(List.of(new LogUnderTest.Written("k", "before")));
        Shard parent = client.listShards(request -> request.streamName(stream.name))
                .shards()
                .get(0);
        BigInteger middle = new BigInteger(parent.hashKeyRange().endingHashKey()).shiftRight(1);
        client.splitShard(request ->
                request.streamName(stream.name).shardToSplit(parent.shardId()).newStartingHashKey(middle.toString()));
        stream.awaitActive();
        stream.write(List.of(new LogUnderTest.Written("k", "after")));
        KeptCheckpoints checkpoints = new KeptCheckpoints();

        try (PartitionedSource source = open(stream, checkpoints)) {
            assertThat(source.partitions()).containsExactly(parent.shardId());
            List<SourceRecord> before = source.read(parent.shardId(), 10, PATIENCE);
            assertThat(before).hasSize(1);
            assertThat(source.read(parent.shardId(), 10, Duration.ZERO)).isEmpty();
            assertThat(source.partitions()).containsExactly(parent.shardId());

            source.commit(parent.shardId(), before.get(0).position());

            assertThat(valuesOfChildren(source, parent)).containsExactly("after");
        }
        try (PartitionedSource again = open(stream, checkpoints)) {
            assertThat(again.partitions()).hasSize(2).doesNotContain(parent.shardId());
        }
    }

    private List<String> valuesOfChildren(PartitionedSource source, Shard parent) throws InterruptedException {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() ->
                        source.partitions().size() == 2 && !source.partitions().contains(parent.shardId()));
        Set<String> values = new HashSet<>();
        Awaitility.await().atMost(PATIENCE).until(() -> {
            for (String child : new ArrayList<>(source.partitions())) {
                source.read(child, 10, Duration.ofSeconds(1))
                        .forEach(record -> values.add(
                                record.filterView().get().path("data").textValue()));
            }
            return !values.isEmpty();
        });
        return List.copyOf(values);
    }

    private static PartitionedSource open(Stream stream, KeptCheckpoints checkpoints) {
        return (PartitionedSource) new KinesisSourceKind()
                .open(stream.describe("one", StartingPosition.TRIM_HORIZON, Optional.empty()), checkpoints);
    }

    @ParameterizedTest
    @ValueSource(longs = {700, 3_600_000, -3_600_000})
    void the_latest_is_what_comes_after_opening_whatever_this_servers_clock_says(long aheadMillis) throws Exception {
        // Given
        Stream stream = new Stream(1);
        stream.write(written("before"));
        KeptCheckpoints kept = new KeptCheckpoints();
        Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofMillis(aheadMillis));

        // When, Then
        try (PartitionedSource source = openedInTime(stream, StartingPosition.LATEST, Optional.empty(), kept, clock)) {
            stream.write(written("after"));
            assertThat(values(source, 1)).containsExactly("after");
        }
        try (PartitionedSource again = openedInTime(stream, StartingPosition.LATEST, Optional.empty(), kept, clock)) {
            stream.write(written("later"));
            assertThat(values(again, 2)).containsExactly("after", "later");
        }
    }

    @Test
    void a_time_that_is_still_to_come_is_waited_for_and_nothing_older_is_read() throws Exception {
        // Given
        Stream stream = new Stream(1);
        stream.write(written("before"));
        Instant time = Instant.now().plusSeconds(3);

        // When
        try (PartitionedSource source = openedInTime(
                stream, StartingPosition.AT_TIMESTAMP, Optional.of(time), new KeptCheckpoints(), Clock.systemUTC())) {
            String shard = source.partitions().iterator().next();
            assertThat(source.read(shard, 10, Duration.ZERO)).isEmpty();
            awaitClocks(time);
            stream.write(written("after"));

            // Then
            assertThat(values(source, 1)).containsExactly("after");
        }
    }

    @Test
    void a_shard_with_nothing_new_is_looked_at_once_a_second() throws Exception {
        // Given
        Stream stream = new Stream(1);
        stream.write(written("one"));
        try (HttpGate counting = gated();
                PartitionedSource source = open(stream, new KeptCheckpoints())) {
            String shard = source.partitions().iterator().next();
            assertThat(values(source, 1)).containsExactly("one");
            int before = counting.asked("GetRecords");
            // When
            long began = System.nanoTime();
            while (System.nanoTime() - began < Duration.ofSeconds(4).toNanos()) {
                assertThat(source.read(shard, 10, Duration.ofMillis(500))).isEmpty();
            }
            // Then
            long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
            assertThat(counting.asked("GetRecords") - before).isBetween(1, (int) seconds + 1);
        }
    }

    @Test
    void a_shard_that_is_behind_is_looked_at_four_times_a_second_however_small_its_batches_are() throws Exception {
        // Given
        Stream stream = new Stream(1);
        int many = 1_300;
        stream.write(IntStream.range(0, many)
                .mapToObj(number -> new LogUnderTest.Written("k", "v" + number))
                .toList());
        try (HttpGate counting = gated();
                PartitionedSource source = open(stream, new KeptCheckpoints())) {
            String shard = source.partitions().iterator().next();
            // When
            long began = System.nanoTime();
            int came = 0;
            while (came < many) {
                came += source.read(shard, 5, PATIENCE).size();
            }
            // Then
            long quarters = Duration.ofNanos(System.nanoTime() - began).toMillis() / 250;
            assertThat(counting.asked("GetRecords")).isBetween(3, (int) quarters + 1);
            assertThat(came).isEqualTo(many);
        }
    }

    @Test
    void a_list_without_any_shard_makes_no_position_forgotten() throws Exception {
        // Given
        Stream stream = new Stream(1);
        stream.write(written("one"));
        stream.write(written("two"));
        KeptCheckpoints kept = new KeptCheckpoints();
        String shard;
        try (PartitionedSource source = open(stream, kept)) {
            shard = source.partitions().iterator().next();
            commitFirst(source, shard);
        }
        try (HttpGate lying = gated();
                PartitionedSource source = open(stream, kept)) {
            // When
            lying.answer(
                    operation -> operation.equals("ListShards") ? Optional.of(shards(List.of())) : Optional.empty());
            for (int i = 0; i < 3; i++) {
                assertThat(source.partitions()).isEmpty();
            }
            assertThat(lying.asked("ListShards")).isGreaterThanOrEqualTo(3);
            lying.answer(operation -> Optional.empty());
            // Then
            assertThat(source.partitions()).containsExactly(shard);
            assertThat(values(source, 1)).containsExactly("two");
        }
    }

    @Test
    void a_shard_that_one_list_leaves_out_keeps_its_position() throws Exception {
        // Given
        Stream stream = new Stream(2);
        stream.write(written("one"));
        stream.write(written("two"));
        KeptCheckpoints kept = new KeptCheckpoints();
        String shard;
        List<String> others;
        try (PartitionedSource source = open(stream, kept)) {
            shard = source.partitions().stream()
                    .filter(some -> hasRecords(source, some))
                    .findFirst()
                    .orElseThrow();
            others = source.partitions().stream()
                    .filter(some -> !some.equals(shard))
                    .toList();
        }
        try (PartitionedSource source = open(stream, kept)) {
            source.partitions();
            commitFirst(source, shard);
        }
        try (HttpGate lying = gated();
                PartitionedSource source = open(stream, kept)) {
            // When
            lying.answer(operation -> operation.equals("ListShards") ? Optional.of(shards(others)) : Optional.empty());
            assertThat(source.partitions()).containsExactlyElementsOf(others);
            lying.answer(operation -> Optional.empty());
            // Then
            Awaitility.await().atMost(PATIENCE).until(() -> source.partitions().contains(shard));
            assertThat(read(source, shard)).extracting(KinesisSourceIT::value).containsExactly("two");
        }
    }

    private static boolean hasRecords(PartitionedSource source, String shard) {
        try {
            return !source.read(shard, 10, Duration.ofMillis(100)).isEmpty();
        } catch (InterruptedException stopped) {
            throw new AssertionError("a read was interrupted", stopped);
        }
    }

    private static List<SourceRecord> read(PartitionedSource source, String shard) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> source.read(shard, 10, Duration.ofMillis(100)), some -> !some.isEmpty());
    }

    private static void commitFirst(PartitionedSource source, String shard) {
        assertThat(source.commit(shard, read(source, shard).get(0).position())).isTrue();
    }

    private static String value(SourceRecord record) {
        return record.filterView().get().path("data").textValue();
    }

    /** As CBOR, which the client asks for. */
    private static HttpGate.Answer shards(List<String> ids) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(0xa1); // One member,
        text(body, "Shards");
        body.write(0x80 + ids.size()); // an array,
        ids.forEach(id -> {
            body.write(0xa1); // of objects with one member.
            text(body, "ShardId");
            text(body, id);
        });
        return new HttpGate.Answer(200, "application/x-amz-cbor-1.1", body.toByteArray());
    }

    private static void text(ByteArrayOutputStream cbor, String text) {
        cbor.write(0x60 + text.length()); // Up to 23 characters.
        cbor.writeBytes(text.getBytes(UTF_8));
    }

    @Test
    void a_server_that_answers_nonsense_is_away_and_reading_goes_on_where_it_was() throws Exception {
        // Given
        Stream stream = new Stream(1);
        stream.write(written("one"));
        KeptCheckpoints kept = new KeptCheckpoints();
        List<HttpGate.Answer> nonsense = new ArrayList<>(HttpGate.nonsense("application/x-amz-cbor-1.1"));
        nonsense.add(new HttpGate.Answer(200, "application/x-amz-cbor-1.1", new byte[] {(byte) 0xa0})); // {}
        try (HttpGate lying = gated();
                PartitionedSource source = open(stream, kept)) {
            String shard = source.partitions().iterator().next();
            commitFirst(source, shard);
            Map<String, String> before = kept.all();
            for (HttpGate.Answer answer : nonsense) {
                // When
                lying.answer(operation -> Optional.of(answer));
                // Then
                assertThatThrownBy(() -> source.read(shard, 10, Duration.ZERO)).isInstanceOf(RuntimeException.class);
                assertThatThrownBy(() -> openAndList(stream, kept)).isInstanceOf(RuntimeException.class);
                assertThat(kept.all()).isEqualTo(before);
            }
            // When
            lying.answer(operation -> Optional.empty());
            stream.write(written("two"));
            // Then
            assertThat(source.partitions()).containsExactly(shard);
            assertThat(values(source, 1)).containsExactly("two");
        }
    }

    private static void openAndList(Stream stream, KeptCheckpoints kept) {
        try (PartitionedSource source = open(stream, kept)) {
            assertThat(source.partitions()).as("shards of nonsense").isNull();
        }
    }

    /** Sources that are opened now reach the server through it. */
    private static HttpGate gated() {
        HttpGate through = new HttpGate(server.orElseThrow().port());
        System.setProperty(ENDPOINT, through.url());
        return through;
    }

    @AfterEach
    void leadAllToTheServer() {
        if (server.isPresent()) {
            System.setProperty(ENDPOINT, "http://127.0.0.1:" + gate.port());
        }
    }

    private static List<LogUnderTest.Written> written(String value) {
        return List.of(new LogUnderTest.Written("k", value));
    }

    private static void awaitClocks(Instant time) {
        Awaitility.await().atMost(PATIENCE).until(() -> Instant.now().isAfter(time));
    }

    /** As pollers do: what is away is opened again. */
    private static PartitionedSource openedInTime(
            Stream stream, StartingPosition from, Optional<Instant> time, KeptCheckpoints kept, Clock clock) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(SourceAwayException.class)
                .until(
                        () -> (PartitionedSource)
                                new KinesisSourceKind(clock).open(stream.describe("one", from, time), kept),
                        opened -> true);
    }

    /** All that come, until there are so many. */
    private static List<String> values(PartitionedSource source, int count) {
        String shard = source.partitions().iterator().next();
        List<String> values = new ArrayList<>();
        Awaitility.await().atMost(PATIENCE).until(() -> {
            source.read(shard, 10, Duration.ofMillis(100)).forEach(record -> values.add(value(record)));
            return values.size() >= count;
        });
        return values;
    }

    @Test
    void an_ARN_that_names_no_stream_is_refused_with_what_was_expected() {
        SourceDescription noStream = SourceDescription.ofArn("arn:aws:kinesis:us-east-1:1:stream/s");

        assertThatThrownBy(() -> new KinesisSourceKind()
                        .open(noStream, new KeptCheckpoints())
                        .close())
                .isInstanceOf(SourceRefusedException.class)
                .hasMessage("The event source arn:aws:kinesis:us-east-1:1:stream/s is no stream, expected"
                        + " arn:aws:kinesis:<region>:<account>:stream/<name>.");
    }
}
