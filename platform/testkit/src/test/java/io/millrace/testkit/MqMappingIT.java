package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.millrace.testkit.Publishers.Publisher;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Queues of the broker whose messages come to the function as those of ActiveMQ (lambda-semantics 3.9). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class MqMappingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BROKER = "arn:aws:mq:us-east-1:000000000000:broker:any:b-1";
    private static final String BODY = "{\"order\": 7,  \"note\":\"é€𝄞\"}";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    private final HttpClient client = HttpClient.newHttpClient();

    /** Keeps what it gets; fails the first so many batches. */
    private static final class Recorder implements FunctionHandler {
        final List<JsonObject> events = new CopyOnWriteArrayList<>();
        private volatile int failures;

        @Override
        public synchronized byte[] handle(byte[] event, FunctionContext context) {
            events.add(new JsonObject(new String(event, StandardCharsets.UTF_8)));
            if (failures > 0) {
                failures--;
                throw new IllegalStateException("told to fail");
            }
            // Which nobody reads: AWS knows no failures of single messages here.
            return "{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}".getBytes(StandardCharsets.UTF_8);
        }

        List<JsonObject> messages() {
            return events.stream().flatMap(MqMappingIT::messages).toList();
        }
    }

    private static Stream<JsonObject> messages(JsonObject event) {
        JsonArray messages = event.getJsonArray("messages");
        return IntStream.range(0, messages.size()).mapToObj(messages::getJsonObject);
    }

    private static String data(JsonObject message) {
        return new String(Base64.getDecoder().decode(message.getString("data")), StandardCharsets.UTF_8);
    }

    private JsonObject exchange(String method, String path, String body, int expected) throws Exception {
        URI api = millrace.millrace().httpUrl().orElseThrow();
        var answer = client.send(
                HttpRequest.newBuilder(api.resolve(path))
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected);
        return new JsonObject(answer.body());
    }

    private JsonObject map(String queue, String function, String members, int expected) throws Exception {
        return exchange(
                "POST",
                "/2015-03-31/event-source-mappings",
                """
                {"EventSourceArn": "%s", "Queues": ["%s"], "FunctionName": "%s",
                 "SourceAccessConfigurations": [{"Type": "BASIC_AUTH", "URI": "arn:aws:secretsmanager:us-east-1:0:s"}] %s}
                """
                        .formatted(BROKER, queue, function, members),
                expected);
    }

    private JsonObject counts(JsonObject mapping) throws Exception {
        return exchange("GET", "/_millrace/stats", "", 200)
                .getJsonObject("mappings")
                .getJsonObject(mapping.getString("UUID"));
    }

    @Test
    void messages_of_every_protocol_come_as_texts_and_bytes_of_JMS() throws Exception {
        // Given
        Recorder recorder = new Recorder();
        millrace.deploy("any-client", recorder);
        Map<Publisher, String> types = Map.of(
                Publishers.jmsByAmqp(Publishers.TEXT),
                "jms/text-message",
                Publishers.jmsByAmqp(Publishers.BYTES),
                "jms/bytes-message",
                Publishers.jmsByCore(Publishers.TEXT),
                "jms/text-message",
                Publishers.jmsByCore(Publishers.BYTES),
                "jms/bytes-message",
                Publishers::amqp,
                "jms/bytes-message",
                Publishers::stomp,
                "jms/text-message",
                Publishers::mqtt,
                "jms/bytes-message");
        // The first makes the queue, as one of which each message has one taker.
        Publishers.jmsByAmqp(Publishers.TEXT).sendTo(millrace.broker(), "anything", "first");
        map("anything", "any-client", "", 202);
        await().atMost(PATIENCE).until(() -> recorder.messages().size() == 1);
        for (Map.Entry<Publisher, String> each : types.entrySet()) {
            int before = recorder.messages().size();
            // When
            each.getKey().sendTo(millrace.broker(), "anything", BODY);
            await().atMost(PATIENCE).until(() -> recorder.messages().size() > before);
            // Then
            JsonObject message = recorder.messages().get(before);
            assertThat(data(message)).isEqualTo(BODY);
            assertThat(message.getString("messageType")).isEqualTo(each.getValue());
            assertThat(message.getString("messageID")).startsWith("ID:").hasSizeGreaterThan(10);
            assertThat(message.getJsonObject("destination").getString("physicalName"))
                    .isEqualTo("anything");
            assertThat(message.getLong("brokerOutTime")).isGreaterThanOrEqualTo(message.getLong("brokerInTime"));
        }
        assertThat(recorder.messages())
                .extracting(message -> message.getString("messageID"))
                .doesNotHaveDuplicates();
        assertThat(recorder.events).allSatisfy(event -> {
            assertThat(event.getString("eventSource")).isEqualTo("aws:mq");
            assertThat(event.getString("eventSourceArn")).isEqualTo(BROKER);
        });
    }

    @Test
    void a_batch_that_fails_comes_again_whole_and_is_counted() throws Exception {
        // Given
        Recorder recorder = new Recorder();
        recorder.failures = 1;
        millrace.deploy("shaky", recorder);
        MappedQueue queue = new MappedQueue(
                millrace.broker().amqpPort(), millrace.millrace().httpUrl().orElseThrow(), "shaky-in");
        queue.send(List.of("{\"id\":1}", "{\"id\":2}", "no JSON"));
        // When
        JsonObject mapping = map(
                "shaky-in",
                "shaky",
                ", \"MaximumBatchingWindowInSeconds\": 2, \"FilterCriteria\": {\"Filters\":"
                        + " [{\"Pattern\": \"{\\\"data\\\": {\\\"id\\\": [1, 2]}}\"}]}",
                202);
        // Then
        await().atMost(PATIENCE).until(() -> counts(mapping).getLong("deleted") == 2);
        assertThat(recorder.messages().stream().map(MqMappingIT::data).toList())
                .containsExactly("{\"id\":1}", "{\"id\":2}", "{\"id\":1}", "{\"id\":2}");
        assertThat(recorder.messages().stream()
                        .map(message -> message.getBoolean("redelivered"))
                        .toList())
                .containsExactly(false, false, true, true);
        assertThat(recorder.messages().get(0).getJsonObject("properties").getMap())
                .containsEntry("kind", "order")
                .containsEntry("weight", "7");
        await().atMost(PATIENCE).until(() -> counts(mapping).getLong("backlog") == 0);
        assertThat(counts(mapping).getMap())
                .containsEntry("source", BROKER + "/shaky-in")
                .containsEntry("polled", 5)
                .containsEntry("filteredOut", 1)
                .containsEntry("invoked", 4)
                .containsEntry("failedInvoke", 2)
                .containsEntry("lastProcessingResult", "OK");
        assertThat(exchange("GET", "/2015-03-31/event-source-mappings/" + mapping.getString("UUID"), "", 200)
                        .getString("LastProcessingResult"))
                .isEqualTo("OK");
    }

    @Test
    void a_message_that_is_neither_text_nor_bytes_goes_where_the_queue_says() throws Exception {
        // Given
        Recorder recorder = new Recorder();
        millrace.deploy("strict", recorder);
        Publisher map = Publishers.jmsByAmqp((context, body) -> {
            var message = context.createMapMessage();
            message.setString("order", body);
            message.setJMSType("a map of strict-in");
            return message;
        });
        map.sendTo(millrace.broker(), "strict-in", BODY);
        Publishers.stomp(millrace.broker(), "strict-in", "behind it");
        // When
        JsonObject mapping = map("strict-in", "strict", "", 202);
        // Then
        await().atMost(PATIENCE).until(() -> counts(mapping).getLong("failedInvoke") == 10);
        await().atMost(PATIENCE).until(() -> counts(mapping).getLong("backlog") == 0);
        assertThat(recorder.messages()).hasSize(1);
        assertThat(data(recorder.messages().get(0))).isEqualTo("behind it");
    }

    @Test
    void queues_that_are_not_there_or_keep_an_order_are_refused() throws Exception {
        millrace.deploy("idle", new Recorder());
        Publishers.jmsByAmqp(Publishers.TEXT).sendTo(millrace.broker(), "idle-in.fifo", "x");

        assertThat(map("nowhere", "idle", "", 400).getString("message"))
                .isEqualTo("The broker " + BROKER + " has no queue nowhere, expected one that exists.");
        assertThat(map("idle-in.fifo", "idle", "", 400).getString("message"))
                .isEqualTo("The queue idle-in.fifo keeps the order of its message groups, expected"
                        + " arn:aws:sqs:us-east-1:000000000000:idle-in.fifo as its event source: a mapping of MQ keeps"
                        + " none.");
    }
}
