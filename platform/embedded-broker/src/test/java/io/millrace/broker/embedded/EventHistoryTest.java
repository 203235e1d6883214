package io.millrace.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EventHistoryTest {
    private static final String ORDERS = "orders";
    /** Beyond 100 KB a message lives in a file of its own, which is other code in the broker. */
    private static final int LARGE = 300_000;

    private Path directory;

    @BeforeEach
    void use(@TempDir Path fresh) {
        directory = fresh;
    }

    @Test
    void what_was_sent_is_there_once_also_when_it_was_taken_tried_twice_and_the_broker_was_started_again() {
        try (EmbeddedBroker broker = start();
                AmqpClient client = AmqpClient.connect(broker.amqpPort())) {
            client.createAnycastQueue(ORDERS);
            client.createAnycastQueue("others");
            client.send(ORDERS, AmqpClient.text("taken"));
            client.send("others", AmqpClient.text("not ours"));
            client.receiveAndFail(ORDERS);
            client.receive(ORDERS);
            client.send(ORDERS, AmqpClient.text("waits"));
            assertThat(bodies(broker)).containsExactly("taken", "waits");
        }
        try (EmbeddedBroker again = start();
                AmqpClient client = AmqpClient.connect(again.amqpPort())) {
            client.send(ORDERS, AmqpClient.text("later"));

            assertThat(bodies(again)).containsExactly("taken", "waits", "later");
            assertThat(bodies(again)).as("a second look").containsExactly("taken", "waits", "later");
        }
    }

    @Test
    void it_comes_whole_whichever_protocol_brought_it_and_however_large_it_was() {
        try (EmbeddedBroker broker = start();
                AmqpClient client = AmqpClient.connect(broker.amqpPort())) {
            client.createAnycastQueue(ORDERS);
            client.send(ORDERS, AmqpClient.text("a".repeat(LARGE)));
            CoreSender.send(broker.corePort(), ORDERS, "by Core");
            StompSender.send(broker.stompPort(), ORDERS, "s".repeat(LARGE));
            MqttSender.publish(broker.mqttPort(), "orders", "by MQTT");
            for (int i = 0; i < 4; i++) {
                client.receive(ORDERS);
            }

            assertThat(bodies(broker)).containsExactly("a".repeat(LARGE), "by Core", "s".repeat(LARGE), "by MQTT");
        }
    }

    @Test
    void what_a_transaction_sent_counts_when_it_was_committed_and_never_when_it_was_rolled_back() throws Exception {
        try (EmbeddedBroker broker = start();
                AmqpClient client = AmqpClient.connect(broker.amqpPort());
                ServerLocator locator = ActiveMQClient.createServerLocator("tcp://127.0.0.1:" + broker.corePort());
                ClientSessionFactory factory = locator.createSessionFactory();
                ClientSession session = factory.createTransactedSession();
                ClientProducer producer = session.createProducer(ORDERS)) {
            client.createAnycastQueue(ORDERS);
            producer.send(session.createMessage(true));
            session.rollback();
            assertThat(bodies(broker)).isEmpty();
            producer.send(session.createMessage(true));
            producer.send(session.createMessage(true));
            session.commit();

            assertThat(bodies(broker)).hasSize(2);
        }
    }

    @Test
    void what_went_to_page_files_is_there_as_well() {
        try (EmbeddedBroker broker = start();
                AmqpClient client = AmqpClient.connect(broker.amqpPort())) {
            client.createAnycastQueue("stream.orders"); // of those everything goes to page files
            client.send("stream.orders", AmqpClient.text("first"));
            client.send("stream.orders", AmqpClient.text("second"));

            assertThat(bodies(broker, "stream.orders")).containsExactly("first", "second");
        }
    }

    @Test
    void it_is_without_a_gap_since_it_was_switched_on_and_begins_anew_after_a_start_without() {
        Instant before = Instant.now();
        try (EmbeddedBroker broker = start()) {
            assertThat(broker.history().isKept()).isTrue();
            assertThat(broker.history().since()).isBetween(before, Instant.now());
        }
        try (EmbeddedBroker without = EmbeddedBroker.start(options(), failure -> {})) {
            assertThat(without.history().isKept()).isFalse();
        }
        Instant later = Instant.now();
        try (EmbeddedBroker broker = start()) {
            assertThat(broker.history().since()).isAfterOrEqualTo(later);
        }
    }

    @Test
    void it_does_not_reach_further_back_than_its_period() {
        Instant begun;
        try (EmbeddedBroker broker = start()) {
            begun = broker.history().since();
        }
        Retention tiny = new Retention(Duration.ofMillis(1), 1L << 30);
        try (EmbeddedBroker broker = EmbeddedBroker.start(options().withRetention(tiny), failure -> {})) {
            assertThat(broker.history().since()).isAfter(begun);
        }
    }

    @Test
    void no_more_is_kept_than_the_bytes_allow_and_what_is_left_is_without_a_gap() {
        Retention small = new Retention(Duration.ofDays(1), 20_971_520); // two files of the journal
        try (EmbeddedBroker broker = EmbeddedBroker.start(options().withRetention(small), failure -> {})) {
            Instant before = broker.history().since();
            Instant later = Instant.now().plus(Duration.ofDays(1)); // reads no file: any may be removed meanwhile
            for (int i = 0; i < 4; i++) {
                broker.history().read(ORDERS, later, later, encoded -> {}); // each look ends a file
            }

            await().atMost(Duration.ofMinutes(1))
                    .until(
                            () -> directory.resolve("history").toFile().list((folder, name) -> name.endsWith(".amq")),
                            names -> names.length <= 2);
            assertThat(broker.history().since()).isAfterOrEqualTo(before.truncatedTo(ChronoUnit.SECONDS));
        }
    }

    private static List<String> bodies(EmbeddedBroker broker) {
        return bodies(broker, ORDERS);
    }

    private static List<String> bodies(EmbeddedBroker broker, String address) {
        List<String> found = new ArrayList<>();
        Instant now = Instant.now();
        long unreadable =
                broker.history().read(address, now.minusSeconds(3_600), now, encoded -> found.add(body(encoded)));
        assertThat(unreadable).isZero();
        return found;
    }

    private static String body(byte[] encoded) {
        Message message = Message.Factory.create();
        message.decode(encoded, 0, encoded.length);
        if (message.getBody() instanceof Data data) {
            return new String(
                    data.getValue().getArray(),
                    data.getValue().getArrayOffset(),
                    data.getValue().getLength(),
                    StandardCharsets.UTF_8);
        }
        return message.getBody() instanceof AmqpValue value ? String.valueOf(value.getValue()) : "";
    }

    private EmbeddedBrokerOptions options() {
        return EmbeddedBrokerOptions.of(directory).withFreePorts();
    }

    private EmbeddedBroker start() {
        return EmbeddedBroker.start(
                options().withRetention(new Retention(Duration.ofDays(1), 1L << 30)), failure -> {});
    }
}
