package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testkit.MillraceExtension;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.EventBridgeException;
import software.amazon.awssdk.services.eventbridge.model.EventBus;
import software.amazon.awssdk.services.eventbridge.model.InvalidEventPatternException;
import software.amazon.awssdk.services.eventbridge.model.LimitExceededException;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResponse;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResultEntry;
import software.amazon.awssdk.services.eventbridge.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.eventbridge.model.ResourceNotFoundException;
import software.amazon.awssdk.services.eventbridge.model.Rule;
import software.amazon.awssdk.services.eventbridge.model.RuleState;
import software.amazon.awssdk.services.eventbridge.model.Target;

/** Event buses by the SDK's own client. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkEventBusIT {
    private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:";
    private static final String BUSES = "arn:aws:events:us-east-1:000000000000:";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    private static EventBridgeClient events;

    @BeforeAll
    static void connect() {
        events = EventClients.configure(EventBridgeClient.builder(), millrace).build();
    }

    @AfterAll
    static void disconnect() {
        events.close();
    }

    private static Queue<JsonNode> recorder(String function) {
        Queue<JsonNode> received = new ConcurrentLinkedQueue<>();
        millrace.deploy(function, (event, context) -> {
            received.add(json(event));
            return "{}".getBytes(StandardCharsets.UTF_8);
        });
        return received;
    }

    private static JsonNode json(byte[] text) {
        try {
            return JSON.readTree(text);
        } catch (IOException notJson) {
            throw new AssertionError(new String(text, StandardCharsets.UTF_8), notJson);
        }
    }

    private static String rule(String name, String pattern) {
        return events.putRule(request -> request.name(name).eventPattern(pattern))
                .ruleArn();
    }

    private static void target(String rule, String id, String arn, UnaryOperator<Target.Builder> more) {
        Target target = more.apply(Target.builder().id(id).arn(arn)).build();
        assertThat(events.putTargets(request -> request.rule(rule).targets(target))
                        .failedEntryCount())
                .isZero();
    }

    private static PutEventsResponse put(String source, String type, String detail) {
        return events.putEvents(request -> request.entries(entry(source, type, detail)));
    }

    private static PutEventsRequestEntry entry(String source, String type, String detail) {
        return PutEventsRequestEntry.builder()
                .source(source)
                .detailType(type)
                .detail(detail)
                .build();
    }

    private static JMSContext jms() {
        return new JmsConnectionFactory("amqp://127.0.0.1:" + millrace.broker().amqpPort()).createContext();
    }

    private static Message receive(JMSContext jms, String queue) {
        Message message = jms.createConsumer(jms.createQueue(queue)).receive(PATIENCE.toMillis());
        assertThat(message).as("a message in " + queue).isNotNull();
        return message;
    }

    private static String body(Message message) throws JMSException {
        return message instanceof BytesMessage bytes
                ? new String(bytes.getBody(byte[].class), StandardCharsets.UTF_8)
                : ((TextMessage) message).getText();
    }

    @Test
    void an_event_reaches_the_targets_of_each_rule_that_matches() throws JMSException, JsonProcessingException {
        // Given
        Queue<JsonNode> opened = recorder("opened");
        Queue<JsonNode> all = recorder("all-orders");
        rule("opened", "{\"source\":[\"shop\"],\"detail\":{\"state\":[\"open\"]}}");
        rule("all", "{\"source\":[\"shop\"]}");
        target("opened", "fn", SdkClient.ARN + "opened", target -> target);
        target("all", "fn", SdkClient.ARN + "all-orders", target -> target);
        target("all", "queue", QUEUE + "shop-audit", target -> target.inputPath("$.detail"));
        // When
        PutEventsResponse answer = events.putEvents(request -> request.entries(
                PutEventsRequestEntry.builder()
                        .source("shop")
                        .detailType("order")
                        .resources("r1")
                        .time(Instant.parse("2026-11-20T10:00:00Z"))
                        .detail("{\"state\":\"open\",\"n\":1}")
                        .build(),
                entry("shop", "order", "{\"state\":\"shut\",\"n\":2}"),
                entry("elsewhere", "order", "{\"state\":\"open\",\"n\":3}")));
        // Then
        assertThat(answer.failedEntryCount()).isZero();
        Awaitility.await().atMost(PATIENCE).until(() -> opened.size() == 1 && all.size() == 2);
        assertThat(opened.element())
                .isEqualTo(JSON.readTree(
                        "{\"version\":\"0\",\"id\":\"" + answer.entries().get(0).eventId()
                                + "\",\"detail-type\":\"order\",\"source\":\"shop\",\"account\":\"000000000000\","
                                + "\"time\":\"2026-11-20T10:00:00Z\",\"region\":\"us-east-1\",\"resources\":[\"r1\"],"
                                + "\"detail\":{\"state\":\"open\",\"n\":1}}"));
        assertThat(all).extracting(event -> event.at("/detail/n").asInt()).containsExactlyInAnyOrder(1, 2);
        try (JMSContext jms = jms()) {
            assertThat(json(body(receive(jms, "shop-audit")).getBytes(StandardCharsets.UTF_8))
                            .path("state")
                            .asText())
                    .isIn("open", "shut");
        }
    }

    @Test
    void inputs_are_constant_or_made_of_the_event() {
        // Given
        Queue<JsonNode> received = recorder("transformed");
        String arn = rule("transforming", "{\"source\":[\"transforming\"]}");
        target("transforming", "constant", SdkClient.ARN + "transformed", target -> target.input("{\"fixed\":true}"));
        target(
                "transforming",
                "made",
                SdkClient.ARN + "transformed",
                target -> target.inputTransformer(transformer -> transformer
                        .inputPathsMap(Map.of("who", "$.detail.names[1]", "all", "$.detail.names"))
                        .inputTemplate("{\"text\":\"<who> by <aws.events.rule-name>\",\"who\":<who>,\"all\":<all>,"
                                + "\"rule\":<aws.events.rule-arn>}")));
        // When
        put("transforming", "t", "{\"names\":[\"Ann\",\"Bob \\\"B\\\"\"]}");
        // Then
        Awaitility.await().atMost(PATIENCE).until(() -> received.size() == 2);
        assertThat(received)
                .containsExactlyInAnyOrder(
                        JSON.createObjectNode().put("fixed", true),
                        json(("{\"text\":\"Bob \\\"B\\\" by transforming\",\"who\":\"Bob \\\"B\\\"\","
                                        + "\"all\":[\"Ann\",\"Bob \\\"B\\\"\"],\"rule\":\"" + arn + "\"}")
                                .getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void what_a_target_does_not_take_is_retried_and_then_a_dead_letter_while_others_go_on() throws JMSException {
        // Given
        Queue<JsonNode> received = recorder("healthy");
        String arn = rule("failing", "{\"source\":[\"failing\"]}");
        target("failing", "gone", SdkClient.ARN + "gone", target -> target.retryPolicy(
                        policy -> policy.maximumRetryAttempts(1))
                .deadLetterConfig(config -> config.arn(QUEUE + "failing-dead")));
        target("failing", "healthy", SdkClient.ARN + "healthy", target -> target);
        // When
        String id = put("failing", "t", "{}").entries().get(0).eventId();
        // Then
        Awaitility.await().atMost(PATIENCE).until(() -> received.size() == 1);
        try (JMSContext jms = jms()) {
            Message dead = receive(jms, "failing-dead");
            assertThat(json(body(dead).getBytes(StandardCharsets.UTF_8))
                            .path("id")
                            .asText())
                    .isEqualTo(id);
            assertThat(dead.getStringProperty("RULE_ARN")).isEqualTo(arn);
            assertThat(dead.getStringProperty("TARGET_ARN")).isEqualTo(SdkClient.ARN + "gone");
            assertThat(dead.getStringProperty("ERROR_CODE")).isEqualTo("NO_RESOURCE");
            assertThat(dead.getStringProperty("ERROR_MESSAGE")).contains("gone");
            assertThat(dead.getStringProperty("EXHAUSTED_RETRY_CONDITION")).isEqualTo("MaximumRetryAttempts");
            assertThat(dead.getStringProperty("RETRY_ATTEMPTS")).isEqualTo("1");
        }
    }

    @Test
    void a_disabled_rule_passes_nothing_until_it_is_enabled() {
        // Given
        Queue<JsonNode> received = recorder("switching");
        rule("switching", "{\"source\":[\"switching\"]}");
        target("switching", "fn", SdkClient.ARN + "switching", target -> target);
        // When
        events.disableRule(request -> request.name("switching"));
        assertThat(events.describeRule(request -> request.name("switching")).state())
                .isEqualTo(RuleState.DISABLED);
        put("switching", "t", "{\"n\":1}");
        events.enableRule(request -> request.name("switching"));
        put("switching", "t", "{\"n\":2}");
        // Then
        Awaitility.await().atMost(PATIENCE).until(() -> received.stream()
                .anyMatch(event -> event.at("/detail/n").asInt() == 2));
    }

    @Test
    void each_entry_is_answered_by_itself() {
        PutEventsResponse answer = events.putEvents(request -> request.entries(
                entry("shop", "t", "{}"),
                entry("shop", "t", "torn{"),
                entry("aws.ec2", "t", "{}"),
                PutEventsRequestEntry.builder().source("shop").detail("{}").build(),
                entry("shop", "t", "{}").toBuilder().eventBusName("nowhere").build()));
        assertThat(answer.failedEntryCount()).isEqualTo(4);
        assertThat(answer.entries())
                .extracting(PutEventsResultEntry::errorCode)
                .containsExactly(
                        null,
                        "MalformedDetail",
                        "NotAuthorizedForSourceException",
                        "InvalidArgument",
                        "ResourceNotFoundException");
        assertThat(answer.entries().get(0).eventId()).isNotNull();
    }

    @Test
    void buses_rules_and_targets_are_listed_changed_and_deleted() {
        // Given
        assertThat(events.createEventBus(request -> request.name("orders").description("of the shop"))
                        .eventBusArn())
                .isEqualTo(BUSES + "event-bus/orders");
        assertThatThrownBy(() -> events.createEventBus(request -> request.name("orders")))
                .isInstanceOf(ResourceAlreadyExistsException.class);
        Queue<JsonNode> received = recorder("of-orders");
        assertThat(events.putRule(request ->
                                request.name("mine").eventBusName("orders").eventPattern("{\"source\":[\"s\"]}"))
                        .ruleArn())
                .isEqualTo(BUSES + "rule/orders/mine");
        events.putTargets(request -> request.eventBusName(BUSES + "event-bus/orders")
                .rule("mine")
                .targets(Target.builder()
                        .id("fn")
                        .arn(SdkClient.ARN + "of-orders")
                        .retryPolicy(policy -> policy.maximumRetryAttempts(3).maximumEventAgeInSeconds(60))
                        .build()));
        // Then
        assertThat(events.listEventBuses(request -> {}).eventBuses())
                .extracting(EventBus::name)
                .contains("default", "orders");
        assertThat(events.describeEventBus(request -> {}).arn()).isEqualTo(BUSES + "event-bus/default");
        assertThat(events.listRules(request -> request.eventBusName("orders")).rules())
                .extracting(Rule::name)
                .containsExactly("mine");
        assertThat(events.listTargetsByRule(
                                request -> request.eventBusName("orders").rule("mine"))
                        .targets())
                .singleElement()
                .satisfies(target ->
                        assertThat(target.retryPolicy().maximumRetryAttempts()).isEqualTo(3));
        // When: any messaging client sends to the address of the bus
        try (JMSContext jms = jms()) {
            jms.createProducer()
                    .send(
                            jms.createTopic("bus.orders"),
                            "{\"source\":\"s\",\"detail-type\":\"t\",\"detail\":{\"by\":\"JMS\"}}");
        }
        // Then
        Awaitility.await().atMost(PATIENCE).until(() -> received.size() == 1);
        assertThat(received.element().path("account").asText()).isEqualTo("000000000000");
        // When
        assertThatThrownBy(() -> events.deleteRule(
                        request -> request.eventBusName("orders").name("mine")))
                .hasMessageContaining("since it has targets");
        assertThatThrownBy(() -> events.deleteEventBus(request -> request.name("orders")))
                .hasMessageContaining("rules");
        events.removeTargets(
                request -> request.eventBusName("orders").rule("mine").ids("fn"));
        events.deleteRule(request -> request.eventBusName("orders").name("mine"));
        events.deleteEventBus(request -> request.name("orders"));
        // Then
        assertThatThrownBy(() -> events.describeEventBus(request -> request.name("orders")))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void patterns_are_tried_and_what_is_wrong_or_not_supported_is_refused_by_name() {
        String event = "{\"id\":\"1\",\"account\":\"0\",\"source\":\"s\",\"time\":\"t\",\"region\":\"r\","
                + "\"resources\":[],\"detail-type\":\"d\",\"detail\":{\"n\":5}}";
        assertThat(events.testEventPattern(request ->
                                request.event(event).eventPattern("{\"detail\":{\"n\":[{\"numeric\":[\">\",4]}]}}"))
                        .result())
                .isTrue();
        assertThat(events.testEventPattern(request -> request.event(event).eventPattern("{\"source\":[\"other\"]}"))
                        .result())
                .isFalse();
        assertThatThrownBy(() -> rule("bad", "{\"source\":\"s\"}"))
                .isInstanceOf(InvalidEventPatternException.class)
                .hasMessageContaining("Event pattern is not valid. Reason: ");
        refused("schedule", () -> events.putRule(request -> request.name("s").scheduleExpression("rate(1 minute)")));
        rule("strict", "{\"source\":[\"strict\"]}");
        refused(
                "EcsParameters",
                () -> target(
                        "strict",
                        "ecs",
                        SdkClient.ARN + "x",
                        target -> target.ecsParameters(ecs -> ecs.taskDefinitionArn("arn:any"))));
        refused(
                "must be the ARN",
                () -> target("strict", "t", "arn:aws:kinesis:us-east-1:000000000000:stream/s", t -> t));
        refused(
                "'who'",
                () -> target(
                        "strict",
                        "t",
                        SdkClient.ARN + "x",
                        t -> t.inputTransformer(it -> it.inputTemplate("\"<who>\""))));
        refused(
                "MaximumRetryAttempts",
                () -> target(
                        "strict",
                        "t",
                        SdkClient.ARN + "x",
                        t -> t.retryPolicy(policy -> policy.maximumRetryAttempts(186))));
        refused(
                "CreateConnection",
                () -> events.createConnection(request ->
                        request.name("c").authorizationType("API_KEY").authParameters(auth -> {})));
        List<Target> six = IntStream.range(0, 6)
                .mapToObj(i ->
                        Target.builder().id("t" + i).arn(SdkClient.ARN + "x").build())
                .toList();
        assertThatThrownBy(() ->
                        events.putTargets(request -> request.rule("strict").targets(six)))
                .isInstanceOf(LimitExceededException.class);
    }

    private static void refused(String named, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(EventBridgeException.class).hasMessageContaining(named);
    }
}
