package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MappingOptionsTest {
    private static String settings(String... arguments) {
        ObjectNode request = Json.object();
        CommandLine.populateCommand(new MappingOptions(), arguments).put(request);
        return request.toString();
    }

    private static String source(String... arguments) {
        ObjectNode request = Json.object();
        CommandLine.populateCommand(new MappingSourceOptions(), arguments).put(request, queue -> "arn of " + queue);
        return request.toString();
    }

    @Test
    void what_is_not_said_is_left_to_the_server() {
        assertThat(settings()).isEqualTo("{}");
        assertThat(source()).isEqualTo("{}");
    }

    @Test
    void settings_of_a_stream_become_members_of_the_request() {
        assertThat(settings(
                        "--parallelization=2",
                        "--max-age=60",
                        "--retries=0",
                        "--tumbling-window=30",
                        "--bisect",
                        "--on-failure=arn:aws:sqs:us-east-1:000000000000:failures"))
                .isEqualTo("{\"ParallelizationFactor\":2,\"MaximumRecordAgeInSeconds\":60,\"MaximumRetryAttempts\":0,"
                        + "\"TumblingWindowInSeconds\":30,\"BisectBatchOnFunctionError\":true,"
                        + "\"DestinationConfig\":{\"OnFailure\":"
                        + "{\"Destination\":\"arn:aws:sqs:us-east-1:000000000000:failures\"}}}");
        assertThat(settings("--no-bisect", "--max-age=-1"))
                .isEqualTo("{\"MaximumRecordAgeInSeconds\":-1,\"BisectBatchOnFunctionError\":false}");
        assertThat(settings("--maximum-concurrency=3"))
                .isEqualTo(settings("--concurrency=3"))
                .isEqualTo("{\"ScalingConfig\":{\"MaximumConcurrency\":3}}");
    }

    @Test
    void a_source_is_a_queue_an_ARN_or_servers_of_Kafka() {
        assertThat(source("--queue=orders"))
                .isEqualTo(source("--source=orders"))
                .contains("\"arn of orders\"");
        assertThat(source(
                        "--source=arn:aws:kinesis:us-east-1:000000000000:stream/s",
                        "--starting-position=AT_TIMESTAMP",
                        "--starting-timestamp=2026-11-20T12:00:00.5Z"))
                .isEqualTo("{\"EventSourceArn\":\"arn:aws:kinesis:us-east-1:000000000000:stream/s\","
                        + "\"StartingPosition\":\"AT_TIMESTAMP\",\"StartingPositionTimestamp\":1.7951760005E9}");
        assertThat(source("--bootstrap-servers=b1:9092,b2:9092", "--topic=clicks", "--consumer-group=readers"))
                .isEqualTo("{\"SelfManagedEventSource\":{\"Endpoints\":{\"KAFKA_BOOTSTRAP_SERVERS\":"
                        + "[\"b1:9092\",\"b2:9092\"]}},\"SourceAccessConfigurations\":[],\"Topics\":[\"clicks\"],"
                        + "\"SelfManagedKafkaEventSourceConfig\":{\"ConsumerGroupId\":\"readers\"}}");
        assertThat(source(
                        "--source=arn:aws:kafka:us-east-1:000000000000:cluster/c",
                        "--topic=clicks",
                        "--consumer-group=readers",
                        "--access=SASL_SCRAM_512_AUTH=file:/etc/kafka.json"))
                .contains("\"AmazonManagedKafkaEventSourceConfig\":{\"ConsumerGroupId\":\"readers\"}")
                .contains("[{\"Type\":\"SASL_SCRAM_512_AUTH\",\"URI\":\"file:/etc/kafka.json\"}]");
        assertThat(source("--source=arn:aws:mq:us-east-1:000000000000:broker:b:b-1", "--broker-queue=orders"))
                .isEqualTo("{\"EventSourceArn\":\"arn:aws:mq:us-east-1:000000000000:broker:b:b-1\","
                        + "\"SourceAccessConfigurations\":[],\"Queues\":[\"orders\"]}");
    }
}
