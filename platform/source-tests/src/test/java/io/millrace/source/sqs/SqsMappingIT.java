package io.millrace.source.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.millrace.testkit.MillraceExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** From a queue of ElasticMQ, which speaks the API of SQS, to a function, as clients of both see it. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@Timeout(300)
class SqsMappingIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofMinutes(2);
    /** Of queues whose messages are to come again; functions here may run for three. */
    private static final int VISIBILITY_SECONDS = 8;

    private static final Map<String, String> PROPERTIES = Map.of(
            "aws.accessKeyId", "key",
            "aws.secretAccessKey", "secret");
    private static final String ENDPOINT = "aws.endpointUrlSqs";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    private static SQSRestServer server;
    private static SqsClient sqs;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Recorder recorder = new Recorder();

    @BeforeAll
    static void start() {
        server = SQSRestServerBuilder.withDynamicPort()
                .withInterface("127.0.0.1")
                .start();
        PROPERTIES.forEach(System::setProperty);
        System.setProperty(
                ENDPOINT,
                "http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort());
        sqs = SqsClient.builder()
                .region(Region.EU_WEST_1)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    @AfterAll
    static void stop() {
        sqs.close();
        server.stopAndWait();
        PROPERTIES.keySet().forEach(System::clearProperty);
        System.clearProperty(ENDPOINT);
    }

    /** Keeps what it gets; of what it is told to fail with, it fails once with each. */
    private static final class Recorder implements FunctionHandler {
        private final List<JsonNode> messages = new CopyOnWriteArrayList<>();
        private final Set<String> reportedOnce = ConcurrentHashMap.newKeySet();
        private final Set<String> thrownOnce = ConcurrentHashMap.newKeySet();

        @Override
        public byte[] handle(byte[] event, FunctionContext context) throws IOException {
            List<JsonNode> batch = StreamSupport.stream(
                            JSON.readTree(event).path("Records").spliterator(), false)
                    .toList();
            messages.addAll(batch);
            ObjectNode answer = JSON.createObjectNode();
            batch.stream().filter(message -> reportedOnce.remove(body(message))).forEach(message -> answer.withArray(
                            "batchItemFailures")
                    .addObject()
                    .put("itemIdentifier", message.path("messageId").textValue()));
            if (batch.stream().anyMatch(message -> thrownOnce.remove(body(message)))) {
                throw new IllegalStateException("told to fail");
            }
            return JSON.writeValueAsBytes(answer);
        }

        private static String body(JsonNode message) {
            return message.path("body").textValue();
        }

        /** How often the queue said that it had handed a message over, each time it came. */
        List<String> receipts(String body) {
            return messages.stream()
                    .filter(message -> body(message).equals(body))
                    .map(message ->
                            message.at("/attributes/ApproximateReceiveCount").textValue())
                    .toList();
        }
    }

    @Test
    void what_the_function_is_done_with_is_deleted_and_what_it_reports_comes_again_alone() throws Exception {
        // Given
        String url = queue("orders-in", 25); // The others must not come again too because the machine stood still.
        List<String> bodies =
                IntStream.range(0, 25).mapToObj(number -> "order " + number).toList();
        bodies.forEach(body -> sqs.sendMessage(request -> request.queueUrl(url).messageBody(body)));
        recorder.reportedOnce.add("order 7");
        millrace.deploy("orders", recorder);
        // When
        JsonNode mapping = created("orders-in", "orders", ", \"FunctionResponseTypes\": [\"ReportBatchItemFailures\"]");
        // Then
        await().atMost(LONG).until(() -> counts(mapping).path("deleted").asLong() == 25);
        assertThat(recorder.messages).hasSize(26).allSatisfy(message -> {
            assertThat(message.path("eventSource").textValue()).isEqualTo("aws:sqs");
            assertThat(message.path("eventSourceARN").textValue()).isEqualTo(arn("orders-in"));
        });
        assertThat(bodies).allSatisfy(body -> assertThat(recorder.receipts(body))
                .isEqualTo(body.equals("order 7") ? List.of("1", "2") : List.of("1")));
        assertThat(left(url)).isZero();
        assertThat(counts(mapping).toString())
                .contains("\"polled\":26,\"filteredOut\":0,\"invoked\":26,\"failedInvoke\":1,\"deleted\":25,")
                .contains("\"lastProcessingResult\":\"OK\"");
    }

    @Test
    void a_batch_that_fails_is_back_when_the_queue_lets_go_of_it() throws Exception {
        // Given
        String url = queue("refunds-in");
        sqs.sendMessage(request -> request.queueUrl(url).messageBody("refund"));
        recorder.thrownOnce.add("refund");
        millrace.deploy("refunds", recorder);
        // When
        JsonNode mapping = created("refunds-in", "refunds", "");
        await().atMost(LONG).until(() -> !recorder.messages.isEmpty());
        // Then
        assertThat(left(url)).isEqualTo(1);
        await().atMost(LONG).until(() -> counts(mapping).path("deleted").asLong() == 1);
        assertThat(recorder.receipts("refund")).containsExactly("1", "2");
        assertThat(left(url)).isZero();
    }

    @Test
    void a_message_whose_idempotency_key_was_there_before_is_deleted_without_a_run() throws Exception {
        // Given
        String url = queue("keyed-in", 600);
        millrace.deploy(
                "keyed",
                recorder,
                definition -> definition.withEnvironment(Map.of("MILLRACE_IDEMPOTENCY_ITEM_KEY", "/body/id")));
        // When two are likely to come together, and one comes later
        send(url, "{\"id\":1,\"at\":1}", "{\"id\":1,\"at\":2}", "{\"id\":2}");
        JsonNode mapping = created("keyed-in", "keyed", "");
        await().atMost(LONG).until(() -> counts(mapping).path("deleted").asLong() == 3);
        send(url, "{\"id\":1,\"at\":3}");
        await().atMost(LONG).until(() -> counts(mapping).path("deleted").asLong() == 4);
        // Then
        assertThat(recorder.messages)
                .extracting(message -> JSON.readTree(Recorder.body(message).getBytes(StandardCharsets.UTF_8))
                        .path("id")
                        .asInt())
                .containsExactlyInAnyOrder(1, 2);
        assertThat(left(url)).isZero();
    }

    private static void send(String url, String... bodies) {
        List.of(bodies)
                .forEach(
                        body -> sqs.sendMessage(request -> request.queueUrl(url).messageBody(body)));
    }

    @Test
    void a_queue_that_lets_go_of_messages_while_the_function_may_still_run_is_refused() throws Exception {
        // Given
        queue("brief-in");
        millrace.deploy("slow", recorder, definition -> definition.withTimeout(Duration.ofSeconds(9)));
        // When
        HttpResponse<String> answer = map("brief-in", "slow", "");
        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("message").textValue())
                .isEqualTo("Queue visibility timeout: 8 seconds is less than Function timeout: 9 seconds");
    }

    private static String queue(String name) {
        return queue(name, VISIBILITY_SECONDS);
    }

    private static String queue(String name, int visibilitySeconds) {
        return sqs.createQueue(request -> request.queueName(name)
                        .attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, Integer.toString(visibilitySeconds))))
                .queueUrl();
    }

    /** Of another region than the platform, whose own queues are the broker's. */
    private static String arn(String queue) {
        return "arn:aws:sqs:eu-west-1:000000000000:" + queue;
    }

    /** Messages in the queue, those that somebody has too. */
    private static int left(String url) {
        return sqs
                .getQueueAttributes(request -> request.queueUrl(url)
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
                .attributes()
                .values()
                .stream()
                .mapToInt(Integer::parseInt)
                .sum();
    }

    private JsonNode created(String queue, String function, String members) throws Exception {
        HttpResponse<String> answer = map(queue, function, members);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> map(String queue, String function, String members) throws Exception {
        return client.send(
                HttpRequest.newBuilder(api("/2015-03-31/event-source-mappings"))
                        .POST(BodyPublishers.ofString("{\"EventSourceArn\": \"" + arn(queue)
                                + "\", \"FunctionName\": \"" + function + "\"" + members + "}"))
                        .build(),
                BodyHandlers.ofString());
    }

    private JsonNode counts(JsonNode mapping) throws Exception {
        String stats = client.send(
                        HttpRequest.newBuilder(api("/_millrace/stats")).build(), BodyHandlers.ofString())
                .body();
        return JSON.readTree(stats).path("mappings").path(mapping.path("UUID").textValue());
    }

    private static URI api(String path) {
        return millrace.millrace().httpUrl().orElseThrow().resolve(path);
    }
}
