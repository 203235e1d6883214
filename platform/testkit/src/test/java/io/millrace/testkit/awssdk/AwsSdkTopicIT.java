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
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.InvalidParameterException;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;
import software.amazon.awssdk.services.sns.model.NotFoundException;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;
import software.amazon.awssdk.services.sns.model.PublishBatchResponse;
import software.amazon.awssdk.services.sns.model.Subscription;

/** Topics by the SDK's own client. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkTopicIT {
    private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:";
    private static final String TOPIC = "arn:aws:sns:us-east-1:000000000000:";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    private static SnsClient sns;

    @BeforeAll
    static void connect() {
        sns = EventClients.configure(SnsClient.builder(), millrace).build();
    }

    @AfterAll
    static void disconnect() {
        sns.close();
    }

    private static Queue<JsonNode> recorder(String function) {
        Queue<JsonNode> events = new ConcurrentLinkedQueue<>();
        millrace.deploy(function, (event, context) -> {
            events.add(json(event));
            return "{}".getBytes(StandardCharsets.UTF_8);
        });
        return events;
    }

    private static JsonNode json(byte[] text) {
        try {
            return JSON.readTree(text);
        } catch (IOException notJson) {
            throw new AssertionError(new String(text, StandardCharsets.UTF_8), notJson);
        }
    }

    private static String subscribe(String topicArn, String protocol, String endpoint, Map<String, String> attributes) {
        return sns.subscribe(request -> request.topicArn(topicArn)
                        .protocol(protocol)
                        .endpoint(endpoint)
                        .attributes(attributes))
                .subscriptionArn();
    }

    private static List<String> texts(Queue<JsonNode> events) {
        return events.stream()
                .map(event -> event.at("/Records/0/Sns/Message").asText())
                .toList();
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

    private static JMSContext jms() {
        return new JmsConnectionFactory("amqp://127.0.0.1:" + millrace.broker().amqpPort()).createContext();
    }

    @Test
    void a_message_reaches_each_subscriber_and_one_without_a_function_leaves_the_others_alone()
            throws JMSException, JsonProcessingException {
        // Given
        Queue<JsonNode> first = recorder("first");
        Queue<JsonNode> second = recorder("second");
        String topic = sns.createTopic(request -> request.name("orders")).topicArn();
        String subscription = subscribe(topic, "lambda", SdkClient.ARN + "first", Map.of());
        subscribe(
                topic,
                "lambda",
                SdkClient.ARN + "nobody",
                Map.of("RedrivePolicy", "{\"deadLetterTargetArn\":\"" + QUEUE + "orders-dead\"}"));
        subscribe(topic, "lambda", SdkClient.ARN + "second", Map.of());
        subscribe(topic, "sqs", QUEUE + "orders-audit", Map.of());
        subscribe(topic, "sqs", QUEUE + "orders-raw", Map.of("RawMessageDelivery", "true"));
        // When
        String id = sns.publish(request -> request.topicArn(topic)
                        .message("one <order> & \"more\"")
                        .subject("new")
                        .messageAttributes(Map.of(
                                "kind",
                                MessageAttributeValue.builder()
                                        .dataType("String")
                                        .stringValue("book")
                                        .build(),
                                "price",
                                MessageAttributeValue.builder()
                                        .dataType("Number")
                                        .stringValue("9.90")
                                        .build())))
                .messageId();
        // Then
        Awaitility.await().atMost(PATIENCE).until(() -> first.size() == 1 && second.size() == 1);
        JsonNode record = first.element().at("/Records/0");
        assertThat(record.path("EventSource").asText()).isEqualTo("aws:sns");
        assertThat(record.path("EventSubscriptionArn").asText()).isEqualTo(subscription);
        JsonNode notification = record.path("Sns");
        assertThat(notification.path("MessageId").asText()).isEqualTo(id);
        assertThat(notification.path("TopicArn").asText()).isEqualTo(TOPIC + "orders");
        assertThat(notification.path("Subject").asText()).isEqualTo("new");
        assertThat(notification.path("Message").asText()).isEqualTo("one <order> & \"more\"");
        assertThat(notification.path("MessageAttributes"))
                .isEqualTo(JSON.readTree("{\"kind\":{\"Type\":\"String\",\"Value\":\"book\"},"
                        + "\"price\":{\"Type\":\"Number\",\"Value\":\"9.90\"}}"));
        try (JMSContext jms = jms()) {
            JsonNode audited = JSON.readTree(body(receive(jms, "orders-audit")));
            assertThat(audited.path("Type").asText()).isEqualTo("Notification");
            assertThat(audited.path("Message").asText()).isEqualTo("one <order> & \"more\"");
            Message raw = receive(jms, "orders-raw");
            assertThat(body(raw)).isEqualTo("one <order> & \"more\"");
            assertThat(raw.getStringProperty("kind")).isEqualTo("book");
            Message dead = receive(jms, "orders-dead");
            assertThat(json(body(dead).getBytes(StandardCharsets.UTF_8))
                            .at("/Records/0/Sns/MessageId")
                            .asText())
                    .isEqualTo(id);
            assertThat(dead.getStringProperty("ERROR_CODE")).isEqualTo("NO_RESOURCE");
            assertThat(dead.getStringProperty("TARGET_ARN")).isEqualTo(SdkClient.ARN + "nobody");
            assertThat(dead.getStringProperty("TOPIC_ARN")).isEqualTo(topic);
            assertThat(dead.getStringProperty("RETRY_ATTEMPTS")).isEqualTo("2");
        }
    }

    @Test
    void filters_look_at_attributes_or_at_the_body_and_can_be_changed() {
        // Given
        Queue<JsonNode> byAttribute = recorder("by-attribute");
        Queue<JsonNode> byBody = recorder("by-body");
        String topic = sns.createTopic(request -> request.name("filtered")).topicArn();
        String subscription = subscribe(
                topic,
                "lambda",
                SdkClient.ARN + "by-attribute",
                Map.of("FilterPolicy", "{\"kind\":[\"book\"],\"price\":[{\"numeric\":[\">\",5]}]}"));
        subscribe(
                topic,
                "lambda",
                SdkClient.ARN + "by-body",
                Map.of(
                        "FilterPolicy",
                        "{\"detail\":{\"state\":[{\"prefix\":\"o\"}]}}",
                        "FilterPolicyScope",
                        "MessageBody"));
        // When
        publish(topic, "{\"detail\":{\"state\":\"open\"}}", "book", "4");
        publish(topic, "{\"detail\":{\"state\":\"shut\"}}", "book", "6");
        publish(topic, "no JSON", "pen", "7");
        Awaitility.await().atMost(PATIENCE).until(() -> byAttribute.size() == 1);
        sns.setSubscriptionAttributes(request -> request.subscriptionArn(subscription)
                .attributeName("FilterPolicy")
                .attributeValue("{\"kind\":[{\"anything-but\":\"book\"}]}"));
        publish(topic, "later", "pen", "1");
        // Then
        Awaitility.await().atMost(PATIENCE).until(() -> texts(byAttribute).contains("later"));
        Awaitility.await().atMost(PATIENCE).until(() -> byBody.size() == 1);
        assertThat(texts(byAttribute))
                .contains("{\"detail\":{\"state\":\"shut\"}}")
                .doesNotContain("{\"detail\":{\"state\":\"open\"}}");
        assertThat(texts(byBody)).containsExactly("{\"detail\":{\"state\":\"open\"}}");
        assertThat(sns.getSubscriptionAttributes(request -> request.subscriptionArn(subscription))
                        .attributes())
                .containsEntry("FilterPolicy", "{\"kind\":[{\"anything-but\":\"book\"}]}")
                .containsEntry("FilterPolicyScope", "MessageAttributes");
    }

    private static void publish(String topic, String text, String kind, String price) {
        sns.publish(request -> request.topicArn(topic)
                .message(text)
                .messageAttributes(Map.of(
                        "kind",
                        MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue(kind)
                                .build(),
                        "price",
                        MessageAttributeValue.builder()
                                .dataType("Number")
                                .stringValue(price)
                                .build())));
    }

    @Test
    void any_messaging_client_publishes_to_the_address_of_a_topic() {
        // Given
        Queue<JsonNode> events = recorder("by-jms");
        String topic = sns.createTopic(request -> request.name("native")).topicArn();
        subscribe(topic, "lambda", SdkClient.ARN + "by-jms", Map.of("FilterPolicy", "{\"weight\":[7]}"));
        // When
        try (JMSContext jms = jms()) {
            jms.createProducer().send(jms.createTopic("topic.native"), "dropped");
            jms.createProducer().setProperty("weight", 7).send(jms.createTopic("topic.native"), "by JMS");
        }
        // Then
        Awaitility.await().atMost(PATIENCE).until(() -> events.size() == 1);
        assertThat(texts(events)).containsExactly("by JMS");
        assertThat(events.element()
                        .at("/Records/0/Sns/MessageAttributes/weight/Value")
                        .asText())
                .isEqualTo("7");
    }

    @Test
    void a_batch_publishes_what_is_right_and_tells_what_is_not() {
        // Given
        Queue<JsonNode> events = recorder("batched");
        String topic = sns.createTopic(request -> request.name("batch")).topicArn();
        subscribe(topic, "lambda", SdkClient.ARN + "batched", Map.of());
        // When
        PublishBatchResponse answer = sns.publishBatch(request -> request.topicArn(topic)
                .publishBatchRequestEntries(
                        PublishBatchRequestEntry.builder().id("a").message("A").build(),
                        PublishBatchRequestEntry.builder()
                                .id("b")
                                .message("B")
                                .messageAttributes(Map.of(
                                        "n",
                                        MessageAttributeValue.builder()
                                                .dataType("Number")
                                                .stringValue("many")
                                                .build()))
                                .build(),
                        PublishBatchRequestEntry.builder().id("c").message("C").build()));
        // Then
        assertThat(answer.successful()).extracting(entry -> entry.id()).containsExactly("a", "c");
        assertThat(answer.failed()).singleElement().satisfies(entry -> {
            assertThat(entry.id()).isEqualTo("b");
            assertThat(entry.code()).isEqualTo("ParameterValueInvalid");
            assertThat(entry.senderFault()).isTrue();
        });
        Awaitility.await().atMost(PATIENCE).until(() -> events.size() == 2);
        assertThat(texts(events)).containsExactlyInAnyOrder("A", "C");
    }

    @Test
    void topics_and_subscriptions_are_listed_and_deleted() {
        // Given
        recorder("listed");
        String topic = sns.createTopic(request -> request.name("listed").attributes(Map.of("DisplayName", "Listed")))
                .topicArn();
        assertThat(sns.createTopic(request -> request.name("listed")).topicArn())
                .as("created twice")
                .isEqualTo(topic);
        String subscription = subscribe(topic, "lambda", SdkClient.ARN + "listed", Map.of());
        assertThat(subscribe(topic, "lambda", SdkClient.ARN + "listed", Map.of()))
                .as("subscribed twice")
                .isEqualTo(subscription);
        // Then
        assertThat(sns.listTopics().topics())
                .extracting(each -> each.topicArn())
                .contains(topic);
        assertThat(sns.getTopicAttributes(request -> request.topicArn(topic)).attributes())
                .containsEntry("DisplayName", "Listed")
                .containsEntry("SubscriptionsConfirmed", "1");
        assertThat(sns.listSubscriptionsByTopic(request -> request.topicArn(topic))
                        .subscriptions())
                .extracting(Subscription::subscriptionArn)
                .containsExactly(subscription);
        assertThat(sns.listSubscriptions().subscriptions())
                .extracting(Subscription::endpoint)
                .contains(SdkClient.ARN + "listed");
        // When
        sns.unsubscribe(request -> request.subscriptionArn(subscription));
        // Then
        assertThat(sns.listSubscriptionsByTopic(request -> request.topicArn(topic))
                        .subscriptions())
                .isEmpty();
        // When
        sns.deleteTopic(request -> request.topicArn(topic));
        // Then
        assertThatThrownBy(() -> sns.publish(request -> request.topicArn(topic).message("late")))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("Topic does not exist");
    }

    @Test
    void what_is_not_supported_or_wrong_is_refused_by_name() {
        String topic = sns.createTopic(request -> request.name("strict")).topicArn();
        refused("FIFO topics", () -> sns.createTopic(request -> request.name("strict.fifo")));
        refused("Protocol", () -> subscribe(topic, "email", "a@b.c", Map.of()));
        refused(
                "FilterPolicy",
                () -> subscribe(topic, "lambda", SdkClient.ARN + "x", Map.of("FilterPolicy", "{\"kind\":\"book\"}")));
        refused(
                "nested",
                () -> subscribe(
                        topic, "lambda", SdkClient.ARN + "x", Map.of("FilterPolicy", "{\"a\":{\"b\":[\"c\"]}}")));
        refused(
                "raw message delivery",
                () -> subscribe(topic, "lambda", SdkClient.ARN + "x", Map.of("RawMessageDelivery", "true")));
        refused(
                "DeliveryPolicy",
                () -> subscribe(topic, "lambda", SdkClient.ARN + "x", Map.of("DeliveryPolicy", "{}")));
        refused("Endpoint", () -> subscribe(topic, "sqs", QUEUE + "invoke.x", Map.of()));
        refused(
                "MessageStructure",
                () -> sns.publish(
                        request -> request.topicArn(topic).message("{}").messageStructure("json")));
        refused("too long", () -> sns.publish(request -> request.topicArn(topic).message("x".repeat(262_145))));
    }

    private static void refused(String named, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(InvalidParameterException.class).hasMessageContaining(named);
    }
}
