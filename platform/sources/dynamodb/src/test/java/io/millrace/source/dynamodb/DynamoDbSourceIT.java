package io.millrace.source.dynamodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.PartitionedSource.BatchInfo;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRecord;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.eventsource.contract.FreePort;
import io.millrace.eventsource.contract.HttpGate;
import io.millrace.eventsource.contract.KeptCheckpoints;
import io.millrace.eventsource.contract.LogUnderTest;
import io.millrace.eventsource.contract.NetworkGate;
import io.millrace.eventsource.contract.PartitionedSourceContract;
import io.millrace.eventsource.contract.RealServer;
import io.millrace.source.shards.ShardedSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** Against DynamoDB Local. */
class DynamoDbSourceIT extends PartitionedSourceContract {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String NATIVE = "sqlite4java.library.path";
    private static final Map<String, String> PROPERTIES = Map.of(
            "aws.accessKeyId", "accesskey",
            "aws.secretAccessKey", "secret");

    private static DynamoDBProxyServer server;
    private static NetworkGate gate;
    private static DynamoDbClient client;

    @BeforeAll
    static void start() throws Exception {
        System.setProperty(NATIVE, Path.of("target", "native").toString());
        int port = FreePort.find();
        server = ServerRunner.createServerFromCommandLineArgs(
                new String[] {"-inMemory", "-sharedDb", "-disableTelemetry", "-port", Integer.toString(port)});
        server.start();
        gate = new NetworkGate(port);
        PROPERTIES.forEach(System::setProperty);
        for (String service : List.of("DynamoDb", "DynamoDbStreams")) {
            System.setProperty("aws.endpointUrl" + service, "http://127.0.0.1:" + gate.port());
        }
        client = DynamoDbClient.builder()
                .region(Region.US_EAST_1)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        gate.close();
        server.stop();
        PROPERTIES.keySet().forEach(System::clearProperty);
        for (String service : List.of("DynamoDb", "DynamoDbStreams")) {
            System.clearProperty("aws.endpointUrl" + service);
        }
    }

    @Override
    protected EventSourceKind kind() {
        return new DynamoDbSourceKind();
    }

    @Override
    protected LogUnderTest create(int partitions) {
        return new Table();
    }

    private static final String NOWHERE =
            "arn:aws:dynamodb:ddblocal:000000000000:table/nowhere/stream/2026-01-01T00:00:00.000";

    @Override
    protected SourceDescription nowhere() {
        return SourceDescription.ofArn(NOWHERE);
    }

    @Override
    protected String nowhereByName() {
        return "Stream not found: " + NOWHERE;
    }

    @Override
    protected String valueIn(JsonNode record) {
        return record.at("/dynamodb/NewImage/value/S").textValue();
    }

    @Override
    protected void checkRecord(JsonNode record, String partition, LogUnderTest.Written written) {
        assertThat(valueIn(record)).isEqualTo(written.value());
        assertThat(record.path("eventID").textValue()).isNotEmpty();
        assertThat(record.path("eventName").textValue()).isIn("INSERT", "MODIFY");
        assertThat(record.path("eventVersion").textValue()).isNotEmpty();
        assertThat(record.path("eventSource").textValue()).isEqualTo("aws:dynamodb");
        assertThat(record.path("awsRegion").textValue()).isEqualTo("ddblocal");
        assertThat(record.path("eventSourceARN").textValue()).startsWith("arn:aws:dynamodb:ddblocal:");
        assertThat(record.at("/dynamodb/ApproximateCreationDateTime").isIntegralNumber())
                .isTrue();
        assertThat(record.at("/dynamodb/Keys/id/S").textValue()).isEqualTo(written.key());
        assertThat(record.at("/dynamodb/SequenceNumber").textValue()).matches("\\d+");
        assertThat(record.at("/dynamodb/SizeBytes").isIntegralNumber()).isTrue();
        assertThat(record.at("/dynamodb/StreamViewType").textValue()).isEqualTo("NEW_AND_OLD_IMAGES");
    }

    @Override
    protected void checkEvent(JsonNode event, String partition, int records) {
        assertThat(event.size()).isEqualTo(1);
        assertThat(event.path("Records")).hasSize(records);
    }

    @Override
    protected void checkBatchInfo(BatchInfo info, String partition, List<SourceRecord> batch) {
        assertThat(info.member()).isEqualTo("DDBStreamBatchInfo");
        assertThat(info.holdsPayload()).isFalse();
        assertThat(info.info().path("shardId").textValue()).isEqualTo(partition);
        assertThat(info.info().path("startSequenceNumber").textValue())
                .isEqualTo(batch.get(0).position());
        assertThat(info.info().path("endSequenceNumber").textValue())
                .isEqualTo(batch.get(batch.size() - 1).position());
        assertThat(info.info().path("approximateArrivalOfFirstRecord").textValue())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(info.info().path("batchSize").intValue()).isEqualTo(batch.size());
    }

    @Override
    protected JsonNode itemIdentifier(String partition, JsonNode record) {
        return record.at("/dynamodb/SequenceNumber");
    }

    /** Values have types of DynamoDB's own. */
    @Override
    protected Optional<String> valueForFilters() {
        return Optional.empty();
    }

    @Override
    protected Optional<RealServer> server() {
        return Optional.of(gate);
    }

    /** What the service offers (lambda-semantics 3.2). */
    @Override
    protected Set<StartingPosition> startingPositions() {
        return Set.of(StartingPosition.TRIM_HORIZON, StartingPosition.LATEST);
    }

    /** A table here has one shard. */
    @Override
    protected int partitions() {
        return 1;
    }

    /** More would test the memory of DynamoDB Local, which is in this JVM. */
    @Override
    protected int many() {
        return 200;
    }

    private static final class Table implements LogUnderTest {
        private final String name = "t-" + UUID.randomUUID();
        private final String stream;

        Table() {
            stream = client.createTable(request -> request.tableName(name)
                            .billingMode(BillingMode.PAY_PER_REQUEST)
                            .keySchema(KeySchemaElement.builder()
                                    .attributeName("id")
                                    .keyType(KeyType.HASH)
                                    .build())
                            .attributeDefinitions(AttributeDefinition.builder()
                                    .attributeName("id")
                                    .attributeType(ScalarAttributeType.S)
                                    .build())
                            .streamSpecification(
                                    spec -> spec.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)))
                    .tableDescription()
                    .latestStreamArn();
        }

        @Override
        public void write(List<Written> records) {
            records.forEach(record -> put(Map.of(
                    "id", AttributeValue.fromS(record.key()),
                    "value", AttributeValue.fromS(record.value()))));
        }

        void put(Map<String, AttributeValue> item) {
            client.putItem(request -> request.tableName(name).item(item));
        }

        @Override
        public SourceDescription describe(String mapping, StartingPosition from, Optional<Instant> timestamp) {
            return new SourceDescription(
                    Optional.of(stream),
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
    void changes_have_the_item_before_and_after_with_DynamoDBs_types() throws Exception {
        Table table = new Table();
        Map<String, AttributeValue> item = new HashMap<>(Map.of(
                "id", AttributeValue.fromS("a"),
                "count", AttributeValue.fromN("12.50"),
                "yes", AttributeValue.fromBool(true),
                "none", AttributeValue.fromNul(true),
                "list", AttributeValue.fromL(List.of(AttributeValue.fromS("x"), AttributeValue.fromN("1"))),
                "map", AttributeValue.fromM(Map.of("in", AttributeValue.fromS("y"))),
                "words", AttributeValue.fromSs(List.of("p")),
                "numbers", AttributeValue.fromNs(List.of("7")),
                "bytes", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {1, 2, 3}))));
        table.put(item);
        item.put("count", AttributeValue.fromN("13"));
        table.put(item);
        client.deleteItem(request -> request.tableName(table.name).key(Map.of("id", AttributeValue.fromS("a"))));

        try (PartitionedSource source = (PartitionedSource) kind().open(
                        table.describe("one", StartingPosition.TRIM_HORIZON, Optional.empty()),
                        new KeptCheckpoints())) {
            String shard = source.partitions().iterator().next();
            List<SourceRecord> changes = source.read(shard, 10, PATIENCE);

            assertThat(changes)
                    .extracting(change -> json(change).path("eventName").textValue())
                    .containsExactly("INSERT", "MODIFY", "REMOVE");
            JsonNode inserted = json(changes.get(0)).at("/dynamodb/NewImage");
            assertThat(inserted.at("/count/N").textValue()).isEqualTo("12.5");
            assertThat(inserted.at("/yes/BOOL").booleanValue()).isTrue();
            assertThat(inserted.at("/none/NULL").booleanValue()).isTrue();
            assertThat(inserted.at("/list/L/1/N").textValue()).isEqualTo("1");
            assertThat(inserted.at("/map/M/in/S").textValue()).isEqualTo("y");
            assertThat(inserted.at("/words/SS/0").textValue()).isEqualTo("p");
            assertThat(inserted.at("/numbers/NS/0").textValue()).isEqualTo("7");
            assertThat(inserted.at("/bytes/B").textValue()).isEqualTo("AQID");
            assertThat(json(changes.get(1)).at("/dynamodb/OldImage/count/N").textValue())
                    .isEqualTo("12.5");
            assertThat(json(changes.get(2)).at("/dynamodb/NewImage").isMissingNode())
                    .isTrue();
            assertThat(changes).extracting(SourceRecord::orderKey).containsOnly("{\"id\":{\"S\":\"a\"}}");
        }
    }

    @Test
    void a_stream_of_DynamoDB_Local_is_found_under_a_region_that_a_mapping_may_name() throws Exception {
        Table table = new Table();
        SourceDescription inARegion = SourceDescription.ofArn(table.stream.replace(":ddblocal:", ":us-east-1:"));

        try (PartitionedSource source = (PartitionedSource) kind().open(inARegion, new KeptCheckpoints())) {
            assertThat(source.partitions()).hasSize(1);
        }
    }

    @Test
    void the_latest_leaves_out_what_was_there_also_where_many_empty_pages_come_before_it() throws Exception {
        // Given
        Table table = new Table();
        table.write(List.of(new LogUnderTest.Written("a", "before"), new LogUnderTest.Written("b", "before")));
        KeptCheckpoints kept = new KeptCheckpoints();

        // When, Then
        for (int i = 0; i < 2; i++) { // The second time as after a restart.
            HesitantLog log =
                    new HesitantLog(realLog(table), EMPTY_PAGES, Instant.now().plus(Duration.ofHours(1)));
            try (ShardedSource source = hesitant(log, table, kept)) {
                String shard = source.partitions().iterator().next();
                Awaitility.await().atMost(PATIENCE).until(() -> {
                    assertThat(source.read(shard, 10, Duration.ofMillis(100))).isEmpty();
                    return log.recordsRead() == 2;
                });
            }
        }
    }

    /** More than are taken for the end. */
    private static final int EMPTY_PAGES = 7;

    private static DynamoDbLog realLog(Table table) {
        DynamoDbStreamsClient streams = DynamoDbStreamsClient.builder()
                .region(Region.US_EAST_1)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
        return DynamoDbLog.open(streams, TableStream.parse(table.stream).orElseThrow());
    }

    private static ShardedSource hesitant(HesitantLog log, Table table, KeptCheckpoints kept) {
        return new ShardedSource(
                log,
                table.describe("one", StartingPosition.LATEST, Optional.empty()),
                kept,
                Duration.ofMillis(250),
                Duration.ofSeconds(5),
                Clock.systemUTC());
    }

    @Test
    void the_service_tells_its_time() {
        try (DynamoDbLog log = realLog(new Table())) {
            assertThat(log.time().orElseThrow())
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
        }
    }

    @Test
    void a_server_that_answers_nonsense_is_away_and_reading_goes_on_where_it_was() throws Exception {
        // Given
        Table table = new Table();
        table.write(List.of(new LogUnderTest.Written("a", "one")));
        KeptCheckpoints kept = new KeptCheckpoints();
        List<HttpGate.Answer> nonsense = new ArrayList<>(HttpGate.nonsense("application/x-amz-json-1.0"));
        nonsense.add(new HttpGate.Answer(200, "application/x-amz-json-1.0", "{}".getBytes(UTF_8)));
        try (HttpGate lying = new HttpGate(gate.port())) {
            System.setProperty("aws.endpointUrlDynamoDbStreams", lying.url());
            try (PartitionedSource source = open(table, kept)) {
                String shard = source.partitions().iterator().next();
                SourceRecord one = source.read(shard, 10, PATIENCE).get(0);
                assertThat(source.commit(shard, one.position())).isTrue();
                Map<String, String> before = kept.all();
                for (HttpGate.Answer answer : nonsense) {
                    // When
                    lying.answer(operation -> Optional.of(answer));
                    // Then
                    assertThatThrownBy(() -> source.read(shard, 10, Duration.ZERO))
                            .isInstanceOf(RuntimeException.class);
                    assertThatThrownBy(() -> openAndList(table, kept)).isInstanceOf(RuntimeException.class);
                    assertThat(kept.all()).isEqualTo(before);
                }
                // When
                lying.answer(operation -> Optional.empty());
                table.write(List.of(new LogUnderTest.Written("a", "two")));
                // Then
                assertThat(source.partitions()).containsExactly(shard);
                assertThat(source.read(shard, 10, PATIENCE))
                        .singleElement()
                        .satisfies(record -> assertThat(valueIn(json(record))).isEqualTo("two"));
            }
        } finally {
            System.setProperty("aws.endpointUrlDynamoDbStreams", "http://127.0.0.1:" + gate.port());
        }
    }

    private PartitionedSource open(Table table, KeptCheckpoints kept) {
        return (PartitionedSource)
                kind().open(table.describe("one", StartingPosition.TRIM_HORIZON, Optional.empty()), kept);
    }

    private void openAndList(Table table, KeptCheckpoints kept) {
        try (PartitionedSource source = open(table, kept)) {
            assertThat(source.partitions()).as("shards of nonsense").isNull();
        }
    }

    private static JsonNode json(SourceRecord record) {
        try {
            return JSON.readTree(record.json());
        } catch (IOException notJson) {
            throw new AssertionError("a record is no JSON", notJson);
        }
    }

    @Test
    void an_ARN_that_names_no_stream_is_refused_with_what_was_expected() {
        SourceDescription noStream = SourceDescription.ofArn("arn:aws:dynamodb:us-east-1:000000000000:table/t");

        assertThatThrownBy(() -> new DynamoDbSourceKind()
                        .open(noStream, new KeptCheckpoints())
                        .close())
                .isInstanceOf(SourceRefusedException.class)
                .hasMessage("The event source arn:aws:dynamodb:us-east-1:000000000000:table/t is no stream of a table,"
                        + " expected arn:aws:dynamodb:<region>:<account>:table/<table>/stream/<label>.");
    }
}
