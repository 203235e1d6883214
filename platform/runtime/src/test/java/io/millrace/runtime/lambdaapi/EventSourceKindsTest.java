package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.AccessConfiguration;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.runtime.mapping.EventSourceMapping;
import io.millrace.runtime.mapping.StreamSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is particular to each kind of event source (lambda-semantics 3.2, 3.3). */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EventSourceKindsTest {
    private static final String MAPPINGS = "/2015-03-31/event-source-mappings";
    private static final String STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks";
    private static final String KAFKA =
            """
            {"FunctionName": "orders", "Topics": ["clicks"], "SourceAccessConfigurations": [%s],
             "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["b1:9092", "b2:9092"]}} %s}
            """;

    private final Path data;
    private Door door;

    EventSourceKindsTest(@TempDir Path data) {
        this.data = data;
        this.door = new Door(data).with("orders");
    }

    @AfterEach
    void close() {
        door.close();
    }

    private static String members(String arn, String more) {
        return "{\"EventSourceArn\": \"" + arn + "\", \"FunctionName\": \"orders\"" + more + "}";
    }

    private JsonNode created(String members) {
        Door.Answer answer = door.post(MAPPINGS, members);
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        String path = path(answer.json());
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !door.get(path).json().get("State").asText().equals("Creating"));
        return answer.json();
    }

    private static String path(JsonNode mapping) {
        return MAPPINGS + "/" + mapping.get("UUID").asText();
    }

    private static String json(JsonNode mapping, String... without) {
        ObjectNode copy = mapping.deepCopy();
        copy.remove(List.of("UUID", "LastModified", "EventSourceMappingArn", "FunctionArn", "State"));
        copy.remove(List.of(without));
        return copy.toString();
    }

    private EventSourceMapping polled() {
        await().atMost(Duration.ofSeconds(60)).until(() -> door.pollers.polling.size() == 1);
        return door.pollers.polling.get(0);
    }

    private static String conflict(String message) {
        return "409 ResourceConflictException {\"Type\":\"User\",\"message\":\"" + message + "\"}";
    }

    @Test
    void a_stream_has_the_defaults_and_the_reply_of_a_stream() {
        JsonNode mapping = created(members(STREAM, ", \"StartingPosition\": \"TRIM_HORIZON\""));

        assertThat(json(mapping))
                .isEqualTo("{\"StartingPosition\":\"TRIM_HORIZON\",\"BatchSize\":100,"
                        + "\"MaximumBatchingWindowInSeconds\":0,\"ParallelizationFactor\":1,\"EventSourceArn\":\""
                        + STREAM
                        + "\",\"StateTransitionReason\":\"User action\",\"LastProcessingResult\":\"No records processed\","
                        + "\"FunctionResponseTypes\":[],\"DestinationConfig\":{\"OnFailure\":{}},"
                        + "\"MaximumRecordAgeInSeconds\":-1,\"BisectBatchOnFunctionError\":false,"
                        + "\"MaximumRetryAttempts\":-1,\"TumblingWindowInSeconds\":0}");
        assertThat(polled().settings().stream()).isEqualTo(StreamSettings.DEFAULTS);
        door.pollers.lastResult = Optional.of("OK");
        assertThat(door.get(path(mapping)).json().get("LastProcessingResult").asText())
                .isEqualTo("OK");
    }

    @Test
    void all_that_is_said_of_a_stream_reaches_its_poller_and_outlives_a_restart() {
        String failures = "arn:aws:sqs:us-east-1:000000000000:failures";
        JsonNode mapping = created(members(
                STREAM,
                """
                , "StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 1700000000.5, "BatchSize": 7,
                "ParallelizationFactor": 3, "BisectBatchOnFunctionError": true, "MaximumRecordAgeInSeconds": 60,
                "MaximumRetryAttempts": 0, "TumblingWindowInSeconds": 900,
                "DestinationConfig": {"OnFailure": {"Destination": "%s"}}
                """
                        .formatted(failures)));
        JsonNode before = door.get(path(mapping)).json();

        door.close();
        door = new Door(data);

        assertThat(door.get(path(mapping)).json()).isEqualTo(before);
        assertThat(before.get("StartingPositionTimestamp").asDouble()).isEqualTo(1700000000.5);
        assertThat(before.at("/DestinationConfig/OnFailure/Destination").asText())
                .isEqualTo(failures);
        assertThat(polled().settings().stream())
                .isEqualTo(new StreamSettings(
                        3,
                        true,
                        Optional.of(Duration.ofMinutes(1)),
                        OptionalInt.of(0),
                        Duration.ofMinutes(15),
                        Optional.of(failures)));
        assertThat(polled().source().startingPosition()).contains(StartingPosition.AT_TIMESTAMP);
        assertThat(polled().source().startingTimestamp()).contains(Instant.ofEpochMilli(1_700_000_000_500L));
    }

    @Test
    void an_update_of_a_stream_changes_what_is_said_and_nothing_else() {
        String path = path(
                created(
                        members(
                                STREAM,
                                """
                , "StartingPosition": "LATEST", "MaximumRecordAgeInSeconds": 60, "MaximumRetryAttempts": 5,
                "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sns:us-east-1:000000000000:failures"}}
                """)));

        assertThat(json(
                        door.put(
                                        path,
                                        """
                                        {"MaximumRetryAttempts": -1, "BisectBatchOnFunctionError": true,
                                         "DestinationConfig": {"OnFailure": {}}}
                                        """)
                                .json(),
                        "EventSourceArn",
                        "StateTransitionReason"))
                .isEqualTo("{\"StartingPosition\":\"LATEST\",\"BatchSize\":100,\"MaximumBatchingWindowInSeconds\":0,"
                        + "\"ParallelizationFactor\":1,\"LastProcessingResult\":\"No records processed\","
                        + "\"FunctionResponseTypes\":[],\"DestinationConfig\":{\"OnFailure\":{}},"
                        + "\"MaximumRecordAgeInSeconds\":60,\"BisectBatchOnFunctionError\":true,"
                        + "\"MaximumRetryAttempts\":-1,\"TumblingWindowInSeconds\":0}");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> door.get(path).json().get("State").asText().equals("Enabled"));
        assertThat(door.put(path, "{\"MaximumRecordAgeInSeconds\": -1}")
                        .json()
                        .get("MaximumRecordAgeInSeconds")
                        .asInt())
                .isEqualTo(-1);
    }

    @Test
    void Kafka_that_the_caller_runs_is_told_by_its_servers_and_topic() {
        String scram = "{\"Type\": \"SASL_SCRAM_512_AUTH\", \"URI\": \"file:/etc/kafka.json\"}";
        JsonNode mapping = created(KAFKA.formatted(scram, ""));

        assertThat(json(mapping, "SelfManagedKafkaEventSourceConfig"))
                .isEqualTo("{\"StartingPosition\":\"TRIM_HORIZON\",\"BatchSize\":100,"
                        + "\"MaximumBatchingWindowInSeconds\":0,\"StateTransitionReason\":\"USER_INITIATED\","
                        + "\"LastProcessingResult\":\"No records processed\",\"Topics\":[\"clicks\"],"
                        + "\"SourceAccessConfigurations\":[{\"Type\":\"SASL_SCRAM_512_AUTH\","
                        + "\"URI\":\"file:/etc/kafka.json\"}],\"SelfManagedEventSource\":{\"Endpoints\":"
                        + "{\"KAFKA_BOOTSTRAP_SERVERS\":[\"b1:9092\",\"b2:9092\"]}}}");
        assertThat(mapping.at("/SelfManagedKafkaEventSourceConfig/ConsumerGroupId"))
                .isEqualTo(mapping.get("UUID"));
        assertThat(polled().source())
                .isEqualTo(new SourceDescription(
                        Optional.empty(),
                        List.of("b1:9092", "b2:9092"),
                        List.of("clicks"),
                        List.of(),
                        Optional.of(StartingPosition.TRIM_HORIZON),
                        Optional.empty(),
                        List.of(new AccessConfiguration("SASL_SCRAM_512_AUTH", "file:/etc/kafka.json")),
                        Optional.empty()));
        assertThat(door.post(MAPPINGS, KAFKA.formatted("", ", \"StartingPosition\": \"LATEST\""))
                        .refusal())
                .isEqualTo(
                        conflict("An event source mapping with event source (\\\"b1:9092,b2:9092\\\"), function (\\\""
                                + Door.ARN
                                + "orders\\\"), topics (\\\"clicks\\\") already exists. Please update or delete the"
                                + " existing mapping with UUID "
                                + mapping.get("UUID").asText()));
    }

    @Test
    void Kafka_has_a_consumer_group_retries_and_a_destination() {
        JsonNode mapping = created(
                KAFKA.formatted(
                        "",
                        """
                , "SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": "orders-readers"}, "MaximumRetryAttempts": 2,
                "FunctionResponseTypes": ["ReportBatchItemFailures"], "StartingPosition": "AT_TIMESTAMP",
                "StartingPositionTimestamp": "2026-11-20T12:00:00Z",
                "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:000000000000:failures"}}
                """));

        assertThat(mapping.at("/SelfManagedKafkaEventSourceConfig/ConsumerGroupId")
                        .asText())
                .isEqualTo("orders-readers");
        assertThat(mapping.get("MaximumRetryAttempts").asInt()).isEqualTo(2);
        assertThat(mapping.at("/FunctionResponseTypes/0").asText()).isEqualTo("ReportBatchItemFailures");
        assertThat(polled().source().consumerGroup()).contains("orders-readers");
        assertThat(polled().source().startingTimestamp()).contains(Instant.parse("2026-11-20T12:00:00Z"));
        assertThat(door.put(path(mapping), "{\"SelfManagedKafkaEventSourceConfig\": {\"ConsumerGroupId\": \"others\"}}")
                        .refusal())
                .contains("The member SelfManagedKafkaEventSourceConfig of an event source mapping cannot be changed.");
        assertThat(door.put(path(mapping), "{\"SourceAccessConfigurations\": [], \"BatchSize\": 5}")
                        .status())
                .isEqualTo(202);
    }

    @Test
    void FIFO_queues_change_feeds_and_brokers_are_told_by_their_ARN() {
        JsonNode fifo = created(members("arn:aws:sqs:us-east-1:000000000000:orders.fifo", ""));
        JsonNode feed = created(members("arn:aws:postgresql:us-east-1:000000000000:db/orders", ""));
        JsonNode broker = created(
                members(
                        "arn:aws:mq:us-east-1:000000000000:broker:b:b-1",
                        """
                , "Queues": ["q"], "SourceAccessConfigurations": [{"Type": "BASIC_AUTH", "URI": "file:/etc/mq.json"}]
                """));

        assertThat(json(fifo, "EventSourceArn"))
                .isEqualTo("{\"BatchSize\":10,\"MaximumBatchingWindowInSeconds\":0,"
                        + "\"StateTransitionReason\":\"USER_INITIATED\",\"FunctionResponseTypes\":[]}");
        assertThat(json(feed, "EventSourceArn"))
                .startsWith("{\"StartingPosition\":\"TRIM_HORIZON\",\"BatchSize\":100,")
                .contains("\"StateTransitionReason\":\"USER_INITIATED\"", "\"ParallelizationFactor\":1");
        assertThat(json(broker, "EventSourceArn"))
                .isEqualTo("{\"BatchSize\":100,\"MaximumBatchingWindowInSeconds\":0,"
                        + "\"StateTransitionReason\":\"USER_INITIATED\",\"LastProcessingResult\":\"No records processed\","
                        + "\"Queues\":[\"q\"],\"SourceAccessConfigurations\":[{\"Type\":\"BASIC_AUTH\","
                        + "\"URI\":\"file:/etc/mq.json\"}]}");
    }

    @Test
    void the_same_stream_and_function_are_mapped_once_wherever_they_start() {
        JsonNode mapping = created(members(STREAM, ", \"StartingPosition\": \"TRIM_HORIZON\""));

        assertThat(door.post(MAPPINGS, members(STREAM, ", \"StartingPosition\": \"LATEST\""))
                        .refusal())
                .isEqualTo(conflict("The event source arn (\\\" " + STREAM + " \\\") and function (\\\" orders \\\")"
                        + " provided mapping already exists. Please update or delete the existing mapping with UUID "
                        + mapping.get("UUID").asText()));
        assertThat(door.get(MAPPINGS + "?EventSourceArn=" + STREAM).json().get("EventSourceMappings"))
                .hasSize(1);
    }

    @Test
    void a_queue_of_another_account_is_left_to_who_reads_such() {
        created(members("arn:aws:sqs:eu-west-1:111111111111:theirs", ""));

        assertThat(polled().source().arn()).contains("arn:aws:sqs:eu-west-1:111111111111:theirs");
    }
}
