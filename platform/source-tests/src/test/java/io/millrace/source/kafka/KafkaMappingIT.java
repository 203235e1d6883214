package io.millrace.source.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.eventsource.contract.LogUnderTest.Written;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.millrace.source.kafka.KafkaBroker.Topic;
import io.millrace.testkit.MillraceExtension;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From a topic of a real broker to a function, as clients of both see it. */
@ExtendWith(KafkaBroker.Shared.class)
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class KafkaMappingIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofMinutes(2);

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    private final KafkaBroker broker;
    private final HttpClient client = HttpClient.newHttpClient();

    KafkaMappingIT(KafkaBroker broker) {
        this.broker = broker;
    }

    /** Keeps the numbers that it got; fails where it is told to. */
    private static final class Recorder implements FunctionHandler {
        private final Map<String, List<Integer>> byPartition = new ConcurrentHashMap<>();
        private final List<String> sources = new CopyOnWriteArrayList<>();
        private final int poison;

        Recorder(int poison) {
            this.poison = poison;
        }

        @Override
        public byte[] handle(byte[] event, FunctionContext context) throws IOException {
            JsonNode read = JSON.readTree(event);
            sources.add(read.path("eventSource").textValue());
            for (Map.Entry<String, JsonNode> partition : read.path("records").properties()) {
                List<Integer> numbers = new ArrayList<>();
                for (JsonNode record : partition.getValue()) {
                    String value = new String(
                            Base64.getDecoder().decode(record.path("value").textValue()), UTF_8);
                    numbers.add(JSON.readTree(value).path("number").intValue());
                }
                if (numbers.contains(poison)) {
                    throw new IllegalStateException("number " + poison);
                }
                byPartition
                        .computeIfAbsent(partition.getKey(), first -> new CopyOnWriteArrayList<>())
                        .addAll(numbers);
            }
            return "null".getBytes(UTF_8);
        }

        List<Integer> numbers() {
            return byPartition.values().stream().flatMap(List::stream).toList();
        }
    }

    @Test
    void each_record_comes_to_the_function_in_order_and_is_committed() throws Exception {
        // Given
        Topic topic = broker.create(3);
        write(topic, 0, 300);
        Recorder recorder = new Recorder(-1);
        millrace.deploy("counter", recorder);

        // When
        JsonNode mapping = map(topic, "counter", ", \"BatchSize\": 50");
        await().atMost(LONG).until(() -> recorder.numbers().size() >= 300);
        write(topic, 300, 600);
        await().atMost(LONG).until(() -> recorder.numbers().size() >= 600);

        // Then
        assertThat(recorder.numbers())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 600).boxed().toList());
        assertThat(recorder.byPartition).hasSize(3).allSatisfy((partition, numbers) -> assertThat(numbers)
                .isSorted());
        assertThat(recorder.sources).containsOnly("SelfManagedKafka");
        await().atMost(LONG)
                .ignoreExceptionsInstanceOf(ExecutionException.class)
                .untilAsserted(() ->
                        assertThat(committed(mapping.path("UUID").textValue())).isEqualTo(600));
    }

    @Test
    void a_record_that_always_fails_is_found_and_told_and_the_others_go_on() throws Exception {
        // Given
        Topic topic = broker.create(1);
        write(topic, 0, 20);
        Recorder recorder = new Recorder(13);
        millrace.deploy("picky", recorder);

        // When
        map(
                topic,
                "picky",
                ", \"BisectBatchOnFunctionError\": true, \"MaximumRetryAttempts\": 1, \"DestinationConfig\":"
                        + " {\"OnFailure\": {\"Destination\": \"arn:aws:sqs:us-east-1:000000000000:unlucky\"}}");

        // Then
        JsonNode told = receive("unlucky");
        assertThat(told.path("requestContext").path("condition").textValue()).isEqualTo("RetriesExhausted");
        JsonNode info = told.path("KafkaBatchInfo");
        assertThat(info.path("batchSize").intValue()).isEqualTo(1);
        assertThat(info.path("bootstrapServers").textValue()).isEqualTo(broker.bootstrapServer());
        assertThat(info.path("recordInfo").path("offset").textValue()).isEqualTo("13");
        await().atMost(LONG).until(() -> recorder.numbers().contains(19));
        assertThat(recorder.numbers())
                .containsExactlyElementsOf(IntStream.range(0, 20)
                        .filter(number -> number != 13)
                        .boxed()
                        .toList());
    }

    @Test
    void a_topic_that_is_not_there_is_refused() throws Exception {
        // Given
        millrace.deploy("idle", new Recorder(-1));

        // When
        HttpResponse<String> answer = post(mapping("no-such-topic", "idle", ""));

        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("no-such-topic");
    }

    private JsonNode map(Topic topic, String function, String members) throws Exception {
        HttpResponse<String> answer = post(mapping(topic.name, function, members));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body());
    }

    private String mapping(String topic, String function, String members) {
        return """
                {"SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["%s"]}}, "Topics": ["%s"],
                 "SourceAccessConfigurations": [{"Type": "VPC_SUBNET", "URI": "subnet:none"}],
                 "StartingPosition": "TRIM_HORIZON", "FunctionName": "%s" %s}
                """
                .formatted(broker.bootstrapServer(), topic, function, members);
    }

    private HttpResponse<String> post(String body) throws Exception {
        URI api = millrace.millrace().httpUrl().orElseThrow();
        return client.send(
                HttpRequest.newBuilder(api.resolve("/2015-03-31/event-source-mappings"))
                        .POST(BodyPublishers.ofString(body))
                        .timeout(LONG)
                        .build(),
                BodyHandlers.ofString());
    }

    private static JsonNode receive(String queue) throws JMSException, IOException {
        try (JMSContext context =
                new JmsConnectionFactory("amqp://127.0.0.1:" + millrace.broker().amqpPort()).createContext()) {
            TextMessage message = (TextMessage)
                    context.createConsumer(context.createQueue(queue)).receive(LONG.toMillis());
            assertThat(message).isNotNull();
            return JSON.readTree(message.getText());
        }
    }

    private static void write(Topic topic, int from, int to) {
        topic.write(IntStream.range(from, to)
                .mapToObj(number -> new Written("key-" + number % 30, "{\"number\":" + number + "}"))
                .toList());
    }

    private long committed(String group) throws Exception {
        try (Admin admin = broker.admin()) {
            return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        }
    }
}
