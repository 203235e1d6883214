package io.millrace.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class InvocationIdTest {

    private static final Symbol ANNOTATION = Symbol.valueOf(InvocationIdStamper.ANNOTATION);
    /** Beyond 100 KB a message lives in a file of its own, which is other code in the broker. */
    private static final int LARGE = 300_000;

    private Path directory;

    @BeforeEach
    void use(@TempDir Path fresh) {
        directory = fresh;
    }

    @Test
    void an_amqp_message_without_an_id_keeps_the_one_it_is_given() {
        assertOneAnnotation(sent -> sent.send("invoke.orders", AmqpClient.text("small")));
    }

    @Test
    void a_large_amqp_message_without_an_id_keeps_the_one_it_is_given() {
        assertOneAnnotation(sent -> sent.send("invoke.orders", AmqpClient.text("x".repeat(LARGE))));
    }

    private void assertOneAnnotation(Consumer<AmqpClient> send) {
        String id =
                idThroughRedeliveryAndRestart((broker, client) -> send.accept(client), InvocationIdTest::annotation);

        assertThat(UUID.fromString(id).version()).as("random").isEqualTo(4);
    }

    @Test
    void an_mqtt_publish_keeps_the_id_it_is_given() {
        assertOneMessageId((broker, client) -> MqttSender.publish(broker.mqttPort(), "invoke/orders", "by MQTT"));
    }

    @Test
    void a_stomp_send_keeps_the_id_it_is_given() {
        assertOneMessageId((broker, client) -> StompSender.send(broker.stompPort(), "invoke.orders", "by STOMP"));
    }

    @Test
    void a_core_send_keeps_the_id_it_is_given() {
        assertOneMessageId((broker, client) -> CoreSender.send(broker.corePort(), "invoke.orders", "by Core"));
    }

    @Test
    void a_large_stomp_send_keeps_the_id_it_is_given() {
        assertOneMessageId(
                (broker, client) -> StompSender.send(broker.stompPort(), "invoke.orders", "x".repeat(LARGE)));
    }

    private void assertOneMessageId(Send send) {
        String id = idThroughRedeliveryAndRestart(send, message -> String.valueOf(message.getMessageId()));

        assertThat(id).startsWith("ID:");
        assertThat(UUID.fromString(id.substring(3)).variant()).isEqualTo(2);
    }

    @Test
    void a_message_that_has_an_id_is_left_alone() {
        try (EmbeddedBroker broker = start();
                AmqpClient client = AmqpClient.connect(broker.amqpPort())) {
            client.createAnycastQueue("invoke.orders");
            Message sent = AmqpClient.text("with an id");
            sent.setMessageId("order-4711");

            client.send("invoke.orders", sent);
            Message received = client.receive("invoke.orders");

            assertThat(received.getMessageId()).isEqualTo("order-4711");
            assertThat(received.getMessageAnnotations() == null
                            || !received.getMessageAnnotations().getValue().containsKey(ANNOTATION))
                    .isTrue();
        }
    }

    @Test
    void queues_of_users_are_left_alone() {
        try (EmbeddedBroker broker = start();
                AmqpClient client = AmqpClient.connect(broker.amqpPort())) {
            client.send("theirs", AmqpClient.text("plain"));

            assertThat(client.receive("theirs").getMessageAnnotations().getValue())
                    .doesNotContainKey(ANNOTATION);
        }
    }

    @FunctionalInterface
    private interface Send {
        void by(EmbeddedBroker broker, AmqpClient client);
    }

    @FunctionalInterface
    private interface IdOf {
        String in(Message message);
    }

    private String idThroughRedeliveryAndRestart(Send send, IdOf id) {
        String first;
        try (EmbeddedBroker broker = start();
                AmqpClient client = AmqpClient.connect(broker.amqpPort())) {
            client.createAnycastQueue("invoke.orders");
            client.manage("broker", "addAddressSettings", "[\"invoke.orders\",\"{\\\"redeliveryDelay\\\":0}\"]");
            send.by(broker, client);
            first = id.in(client.receiveAndFail("invoke.orders"));
            assertThat(id.in(client.receiveAndFail("invoke.orders"))).isEqualTo(first);
        }
        try (EmbeddedBroker broker = start();
                AmqpClient client = AmqpClient.connect(broker.amqpPort())) {
            assertThat(id.in(client.receive("invoke.orders")))
                    .as("after a restart")
                    .isEqualTo(first);
        }
        return first;
    }

    private EmbeddedBroker start() {
        return EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failure -> {});
    }

    private static String annotation(Message message) {
        return String.valueOf(message.getMessageAnnotations().getValue().get(ANNOTATION));
    }
}
