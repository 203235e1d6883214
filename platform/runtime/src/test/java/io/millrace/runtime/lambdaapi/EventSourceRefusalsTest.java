package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** None of these leaves anything behind, so one server is enough for all. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventSourceRefusalsTest {
    private static final String MAPPINGS = "/2015-03-31/event-source-mappings";
    private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:orders-in";

    private Door door;

    @BeforeAll
    void open(@TempDir Path data) {
        door = new Door(data).with("orders").publishing("orders", 1);
    }

    @AfterAll
    void close() {
        door.close();
    }

    private Door.Answer create(String members) {
        return door.post(
                MAPPINGS, "{\"EventSourceArn\": \"" + QUEUE + "\", \"FunctionName\": \"orders\"" + members + "}");
    }

    private static String invalid(String message) {
        return "400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"" + message + "\"}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"FunctionName\": \"nobody\" | Function does not exist",
                "\"FunctionName\": \"orders:2\" | Function does not exist",
                "\"EventSourceArn\": null | Unrecognized event source.",
                "\"EventSourceArn\": \"arn:aws:s3:::unread\" | Unrecognized event source.",
                "\"EventSourceArn\": \"arn:aws:sqs:us-east-1:000000000000:absent\" | Error occurred while"
                        + " ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error"
                        + " Message: The specified queue does not exist.",
                "\"BatchSize\": 11 | Maximum batch window in seconds must be greater than 0 if maximum batch size is"
                        + " greater than 10",
                "\"DestinationConfig\": {\"OnFailure\": {\"Destination\": \"arn:aws:sqs:us-east-1:000000000000:x\"}} |"
                        + " Unsupported DestinationConfig parameter for given event source mapping type.",
                "\"FilterCriteria\": {\"Filters\": [{\"Pattern\": \"x\"}]} | Invalid filter pattern definition.",
                "\"FilterCriteria\": {\"Filters\": [{}]} | Invalid filter pattern definition.",
                "\"FilterCriteria\": {\"Filters\": [{\"Pattern\": \"{\\\"body\\\": \\\"x\\\"}\"}]} |"
                        + " Invalid filter pattern definition.",
                "\"FilterCriteria\": {\"Filters\": [{\"Pattern\": \"{\\\"body\\\": [{\\\"like\\\": 1}]}\"}]} |"
                        + " Invalid filter pattern definition.",
                "\"SelfManagedEventSource\": {\"Endpoints\": {\"KAFKA_BOOTSTRAP_SERVERS\": [\"h:9092\"]}} |"
                        + " Required 'sourceAccessConfigurations' parameter is missing.",
                "\"EventSourceArn\": \"arn:aws:kinesis:us-east-1:000000000000:stream/s\" | 1 validation error detected:"
                        + " Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
                "\"EventSourceArn\": \"arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/1\","
                        + " \"StartingPosition\": \"AT_TIMESTAMP\" | Unsupported starting position for arn type:"
                        + " arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/1",
                "\"EventSourceArn\": \"arn:aws:kinesis:us-east-1:000000000000:stream/absent\","
                        + " \"StartingPosition\": \"LATEST\" | Stream not found:"
                        + " arn:aws:kinesis:us-east-1:000000000000:stream/absent",
                "\"EventSourceArn\": \"arn:aws:sqs:us-east-1:000000000000:orders.fifo\","
                        + " \"MaximumBatchingWindowInSeconds\": 1 | Batching window is not supported for FIFO queues",
                "\"DestinationConfig\": {\"OnSuccess\": {\"Destination\": \"arn:aws:sqs:us-east-1:000000000000:x\"}} |"
                        + " Unsupported DestinationConfig parameter for given event source mapping type.",
                "\"EventSourceArn\": \"arn:aws:kinesis:us-east-1:000000000000:stream/s\","
                        + " \"StartingPosition\": \"LATEST\", \"DestinationConfig\": {\"OnFailure\": {\"Destination\":"
                        + " \"arn:aws:s3:::failures\"}} | The provided destination config"
                        + " DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=arn:aws:s3:::failures)) is"
                        + " invalid."
            })
    void what_AWS_refuses_is_refused_in_its_words(String members, String message) {
        assertThat(create(", " + members).refusal()).isEqualTo(invalid(message));
        assertThat(door.get(MAPPINGS).body()).isEqualTo("{\"EventSourceMappings\":[]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"EventSourceArn\": \"arn:aws:kinesis:us-east-1:000000000000:stream/unread\","
                        + " \"StartingPosition\": \"LATEST\" | kinesis",
                "\"EventSourceArn\": \"arn:aws:dynamodb:us-east-1:000000000000:table/unread/stream/1\","
                        + " \"StartingPosition\": \"LATEST\" | dynamodb",
                "\"EventSourceArn\": \"arn:aws:mq:us-east-1:000000000000:broker:b:b-1\","
                        + " \"SourceAccessConfigurations\": [], \"Queues\": [\"call.orders\"] | the platform's own"
                        + " queue call.orders",
                "\"EventSourceArn\": \"arn:aws:kafka:us-east-1:000000000000:cluster/unread\", \"Topics\": [\"to\"] |"
                        + " kafka",
                "\"EventSourceArn\": \"arn:aws:rds:us-east-1:000000000000:cluster:unread\" | rds",
                "\"EventSourceArn\": null, \"SelfManagedEventSource\": {\"Endpoints\": {\"KAFKA_BOOTSTRAP_SERVERS\":"
                        + " [\"unread:9092\"]}}, \"SourceAccessConfigurations\": [], \"Topics\": [\"to\"] |"
                        + " self-managed Kafka",
                "\"EventSourceArn\": \"arn:aws:sqs:us-east-1:000000000000:invoke.orders\" | the platform's own queue"
                        + " invoke.orders"
            })
    void sources_that_cannot_be_polled_here_are_refused_by_name(String members, String what) {
        assertThat(create(", " + members).refusal())
                .isEqualTo(invalid("Event source mappings for " + what + " are not supported by Millrace."));
    }

    @Test
    void a_queue_of_another_account_or_region_is_refused() {
        assertThat(create(", \"EventSourceArn\": \"arn:aws:sqs:us-east-1:111111111111:unread\"")
                        .refusal())
                .isEqualTo(invalid("The queue arn:aws:sqs:us-east-1:111111111111:unread is not one of this platform,"
                        + " expected arn:aws:sqs:us-east-1:000000000000:<queue>."));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unread | [{\"Type\": \"BASIC_AUTH\", \"URI\": \"file:/s\"}] | The broker"
                        + " arn:aws:mq:us-east-1:000000000000:broker:b:unread is not the one of this platform, expected"
                        + " arn:aws:mq:us-east-1:000000000000:broker:<name>:<id>.",
                "b-1 | [{\"Type\": \"VIRTUAL_HOST\", \"URI\": \"/\"}] | The type VIRTUAL_HOST of"
                        + " SourceAccessConfigurations is not supported by Millrace for MQ, expected BASIC_AUTH.",
                "b-1 | [], \"FunctionResponseTypes\": [\"ReportBatchItemFailures\"] | The member"
                        + " FunctionResponseTypes is not supported by Millrace for MQ."
            })
    void a_broker_is_the_platforms_own_with_what_AWS_knows_of_brokers(String id, String members, String message) {
        assertThat(create(", \"EventSourceArn\": \"arn:aws:mq:us-east-1:000000000000:broker:b:" + id
                                + "\", \"Queues\": [\"q\"], \"SourceAccessConfigurations\": " + members)
                        .refusal())
                .isEqualTo(invalid(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ParallelizationFactor | 2",
                "BisectBatchOnFunctionError | true",
                "MaximumRetryAttempts | 3",
                "MaximumRecordAgeInSeconds | 60",
                "TumblingWindowInSeconds | 1",
                "StartingPosition | \"LATEST\"",
                "KMSKeyArn | \"arn:aws:kms:us-east-1:000000000000:key/k\"",
                "MetricsConfig | {\"Metrics\": [\"EventCount\"]}",
                "ProvisionedPollerConfig | {\"MinimumPollers\": 2}"
            })
    void members_without_an_effect_are_refused_by_name(String member, String value) {
        assertThat(create(", \"" + member + "\": " + value).refusal())
                .isEqualTo(invalid("The member " + member + " is not supported by Millrace for queues."));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kinesis:us-east-1:000000000000:stream/s | \"Topics\": [\"to\"] | The member Topics is not supported by"
                        + " Millrace for Kinesis.",
                "kinesis:us-east-1:000000000000:stream/s | \"ScalingConfig\": {\"MaximumConcurrency\": 2} | The member"
                        + " ScalingConfig is not supported by Millrace for Kinesis.",
                "kinesis:us-east-1:000000000000:stream/s | \"MaximumRecordAgeInSeconds\": 59 |"
                        + " MaximumRecordAgeInSeconds is 59, expected -1 or between 60 and 604800.",
                "kinesis:us-east-1:000000000000:stream/s | \"StartingPosition\": \"AT_TIMESTAMP\" | 1 validation error"
                        + " detected: Value null at 'startingPositionTimestamp' failed to satisfy constraint: Member must"
                        + " not be null.",
                "kinesis:us-east-1:000000000000:stream/s | \"StartingPositionTimestamp\": 1700000000 |"
                        + " StartingPositionTimestamp goes with the StartingPosition AT_TIMESTAMP only.",
                "kinesis:us-east-1:000000000000:stream/s | \"StartingPosition\": \"AT_TIMESTAMP\","
                        + " \"StartingPositionTimestamp\": 1900000000 | StartingPositionTimestamp cannot be in the"
                        + " future.",
                "kafka:us-east-1:000000000000:cluster/c | \"BatchSize\": 1 | 1 validation error detected: Value null at"
                        + " 'topics' failed to satisfy constraint: Member must not be null.",
                "kafka:us-east-1:000000000000:cluster/c | \"Topics\": [\"to\"], \"ParallelizationFactor\": 2 |"
                        + " The member ParallelizationFactor is not supported by Millrace for Kafka.",
                "kafka:us-east-1:000000000000:cluster/c | \"Topics\": [\"to\"],"
                        + " \"AmazonManagedKafkaEventSourceConfig\": {\"SchemaRegistryConfig\": {}} | The member"
                        + " SchemaRegistryConfig is not supported by Millrace for Kafka.",
                "sqs:us-east-1:000000000000:orders.fifo | \"StartingPosition\": null, \"BatchSize\": 11 |"
                        + " BatchSize is 11, expected at most 10 for FIFO queues.",
                "mq:us-east-1:000000000000:broker:b | \"StartingPosition\": null | Required"
                        + " 'sourceAccessConfigurations' parameter is missing."
            })
    void each_kind_of_source_has_members_and_limits_of_its_own(String arn, String members, String message) {
        assertThat(create(", \"EventSourceArn\": \"arn:aws:" + arn + "\", \"StartingPosition\": \"LATEST\", " + members)
                        .refusal())
                .isEqualTo(invalid(message));
    }

    @Test
    void the_description_of_the_API_is_kept() {
        assertThat(create(", \"BatchSize\": 0").refusal())
                .startsWith("400 ValidationException")
                .contains("Value '0' at 'batchSize' failed to satisfy constraint:"
                        + " Member must have value greater than or equal to 1");
        assertThat(create(", \"ScalingConfig\": {\"MaximumConcurrency\": 1}").refusal())
                .contains("Member must have value greater than or equal to 2");
        assertThat(create(", \"StartingPosition\": \"invalid\"").refusal())
                .contains("Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]");
    }
}
