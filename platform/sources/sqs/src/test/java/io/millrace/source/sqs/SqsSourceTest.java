package io.millrace.source.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.MessageSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceMessage;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.eventsource.contract.HttpGate;
import io.millrace.eventsource.contract.KeptCheckpoints;
import io.millrace.eventsource.contract.MessageSourceContract;
import io.millrace.eventsource.contract.NetworkGate;
import io.millrace.eventsource.contract.QueueUnderTest;
import io.millrace.eventsource.contract.RealServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeNameForSends;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Against ElasticMQ, which speaks the API of SQS. */
class SqsSourceTest extends MessageSourceContract {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ACCOUNT = "000000000000";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> PROPERTIES = Map.of(
            "aws.accessKeyId", "key",
            "aws.secretAccessKey", "secret");
    private static final String ENDPOINT = "aws.endpointUrlSqs";

    private static SQSRestServer server;
    private static NetworkGate gate;
    private static SqsClient client;

    @BeforeAll
    static void start() {
        server = SQSRestServerBuilder.withDynamicPort()
                .withInterface("127.0.0.1")
                .start();
        gate = new NetworkGate(server.waitUntilStarted().localAddress().getPort());
        PROPERTIES.forEach(System::setProperty);
        System.setProperty(ENDPOINT, "http://127.0.0.1:" + gate.port());
        client = SqsClient.builder()
                .region(Region.US_EAST_1)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        gate.close();
        server.stopAndWait();
        PROPERTIES.keySet().forEach(System::clearProperty);
        System.clearProperty(ENDPOINT);
    }

    @Override
    protected EventSourceKind kind() {
        return new SqsSourceKind();
    }

    @Override
    protected QueueUnderTest create(boolean ordered) {
        return new Queue(
                ordered
                        ? Map.of(
                                QueueAttributeName.VISIBILITY_TIMEOUT, "600",
                                QueueAttributeName.FIFO_QUEUE, "true",
                                QueueAttributeName.CONTENT_BASED_DEDUPLICATION, "true")
                        : Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "600"));
    }

    @Override
    protected QueueUnderTest createImpatient() {
        return new Queue(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "2"));
    }

    @Override
    protected SourceDescription nowhere() {
        return SourceDescription.ofArn(arn("nowhere"));
    }

    /** Lambda's words name no queue (lambda-semantics 3.4). */
    @Override
    protected String nowhereByName() {
        return "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue."
                + " SQS Error Message: The specified queue does not exist.";
    }

    @Override
    protected String bodyIn(JsonNode message) {
        return message.path("body").textValue();
    }

    @Override
    protected void checkMessage(JsonNode message, SourceMessage source, String group, String body) {
        assertThat(message.path("messageId").textValue()).isEqualTo(source.id());
        assertThat(message.path("receiptHandle").textValue()).isEqualTo(source.receipt());
        assertThat(message.path("body").textValue()).isEqualTo(body);
        assertThat(message.at("/attributes/ApproximateReceiveCount").textValue())
                .isEqualTo("1");
        assertThat(message.at("/attributes/SentTimestamp").textValue()).matches("\\d{13}");
        assertThat(message.path("messageAttributes").isObject()).isTrue();
        assertThat(message.path("md5OfBody").textValue()).hasSize(32);
        assertThat(message.path("eventSource").textValue()).isEqualTo("aws:sqs");
        assertThat(message.path("eventSourceARN").textValue()).startsWith("arn:aws:sqs:us-east-1:" + ACCOUNT);
        assertThat(message.path("awsRegion").textValue()).isEqualTo("us-east-1");
    }

    @Override
    protected String bodyForFilters() {
        return "/body";
    }

    @Override
    protected Optional<RealServer> server() {
        return Optional.of(gate);
    }

    private static String arn(String queue) {
        return "arn:aws:sqs:us-east-1:" + ACCOUNT + ":" + queue;
    }

    @Test
    void a_server_that_answers_nonsense_is_away_and_messages_come_when_it_is_right_again() throws Exception {
        // Given
        Queue queue = new Queue(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "30"));
        try (HttpGate lying = new HttpGate(gate.port())) {
            System.setProperty(ENDPOINT, lying.url());
            try (MessageSource source = (MessageSource) kind().open(queue.describe(), new KeptCheckpoints())) {
                for (HttpGate.Answer answer : HttpGate.nonsense("application/x-amz-json-1.0")) {
                    // When
                    lying.answer(operation -> Optional.of(answer));
                    // Then
                    if (answer.body().length > 0) { // Nothing at all is also what a queue without messages says.
                        assertThatThrownBy(() -> source.receive(1, Duration.ZERO))
                                .isInstanceOf(RuntimeException.class);
                    }
                    assertThatThrownBy(() -> kind().open(queue.describe(), new KeptCheckpoints())
                                    .close())
                            .isInstanceOf(RuntimeException.class);
                }
                // When
                lying.answer(operation -> Optional.empty());
                queue.send("g", List.of("one"));
                // Then
                assertThat(source.receive(1, PATIENCE)).hasSize(1);
            }
        } finally {
            System.setProperty(ENDPOINT, "http://127.0.0.1:" + gate.port());
        }
    }

    private static final class Queue implements QueueUnderTest {
        private final boolean isFifo;
        private final String name;
        private final String url;

        Queue(Map<QueueAttributeName, String> attributes) {
            this.isFifo = attributes.containsKey(QueueAttributeName.FIFO_QUEUE);
            this.name = "q-" + UUID.randomUUID() + (isFifo ? ".fifo" : "");
            this.url = client.createQueue(request -> request.queueName(name).attributes(attributes))
                    .queueUrl();
        }

        @Override
        public void send(String group, List<String> bodies) {
            bodies.forEach(body -> client.sendMessage(request -> {
                request.queueUrl(url).messageBody(body);
                if (isFifo) {
                    request.messageGroupId(group);
                }
            }));
        }

        @Override
        public SourceDescription describe() {
            return SourceDescription.ofArn(arn(name));
        }

        @Override
        public int left() {
            return client
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

        MessageSource open() {
            return (MessageSource) new SqsSourceKind().open(describe(), new KeptCheckpoints());
        }
    }

    @Test
    void attributes_of_a_message_are_as_functions_know_them() throws Exception {
        Queue queue = new Queue(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "600"));
        client.sendMessage(request -> request.queueUrl(queue.url)
                .messageBody("no JSON")
                .messageAttributes(Map.of(
                        "colour",
                        MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue("red")
                                .build())));

        try (MessageSource source = queue.open()) {
            SourceMessage message = source.receive(10, PATIENCE).get(0);

            JsonNode record = JSON.readTree(message.json());
            assertThat(record.at("/messageAttributes/colour/stringValue").textValue())
                    .isEqualTo("red");
            assertThat(record.at("/messageAttributes/colour/dataType").textValue())
                    .isEqualTo("String");
            assertThat(record.at("/messageAttributes/colour/stringListValues").isArray())
                    .isTrue();
            assertThat(message.filterView().get().path("body").textValue()).isEqualTo("no JSON");
            assertThat(source.hold()).isEqualTo(Duration.ofMinutes(10));
        }
    }

    @Test
    void a_message_says_where_in_a_trace_its_sender_was() throws Exception {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        String header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        Queue queue = new Queue(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "600"));
        client.sendMessage(request -> request.queueUrl(queue.url).messageBody("nothing"));
        client.sendMessage(request -> request.queueUrl(queue.url)
                .messageBody("W3C")
                .messageAttributes(Map.of(
                        "traceparent",
                        MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue(parent)
                                .build())));
        client.sendMessage(request -> request.queueUrl(queue.url)
                .messageBody("AWS")
                .messageSystemAttributes(Map.of(
                        MessageSystemAttributeNameForSends.AWS_TRACE_HEADER,
                        MessageSystemAttributeValue.builder()
                                .dataType("String")
                                .stringValue(header)
                                .build())));

        Map<String, Optional<String>> traces = new HashMap<>();
        try (MessageSource source = queue.open()) {
            while (traces.size() < 3) {
                for (SourceMessage message : source.receive(10, PATIENCE)) {
                    traces.put(JSON.readTree(message.json()).path("body").textValue(), message.trace());
                }
            }
        }
        assertThat(traces)
                .isEqualTo(Map.of("nothing", Optional.empty(), "W3C", Optional.of(parent), "AWS", Optional.of(header)));
    }

    @Test
    void a_service_that_does_not_answer_is_away_and_the_queue_is_named() {
        gate.stop();
        try {
            assertThatThrownBy(() -> new SqsSourceKind()
                            .open(SourceDescription.ofArn(arn("q")), new KeptCheckpoints())
                            .close())
                    .isInstanceOf(SourceAwayException.class)
                    .hasMessageContaining(arn("q"));
        } finally {
            gate.start();
        }
    }

    @Test
    void an_ARN_that_names_no_queue_is_refused_with_what_was_expected() {
        SourceDescription noQueue = SourceDescription.ofArn("arn:aws:sqs:us-east-1:1:q");

        assertThatThrownBy(() ->
                        new SqsSourceKind().open(noQueue, new KeptCheckpoints()).close())
                .isInstanceOf(SourceRefusedException.class)
                .hasMessage("The event source arn:aws:sqs:us-east-1:1:q is no queue, expected"
                        + " arn:aws:sqs:<region>:<account>:<name>.");
    }
}
