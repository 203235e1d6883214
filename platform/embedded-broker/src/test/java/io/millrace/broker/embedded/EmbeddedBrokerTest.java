package io.millrace.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EmbeddedBrokerTest {

    private final List<BrokerFailure> failures = new CopyOnWriteArrayList<>();
    private Path directory;

    @BeforeEach
    void use(@TempDir Path fresh) {
        directory = fresh;
    }

    private EmbeddedBroker start() {
        return EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failures::add);
    }

    @Test
    void an_accepted_message_is_still_there_after_a_restart() {
        try (EmbeddedBroker broker = start();
                AmqpClient client = AmqpClient.connect(broker.amqpPort())) {
            client.createAnycastQueue("invoke.orders");
            client.send("invoke.orders", AmqpClient.text("kept"));
        }

        try (EmbeddedBroker broker = start();
                AmqpClient client = AmqpClient.connect(broker.amqpPort())) {
            Message message = client.receive("invoke.orders");

            assertThat(AmqpClient.body(message)).isEqualTo("kept");
        }
        assertThat(failures).as("closing is no failure").isEmpty();
    }

    @Test
    void two_brokers_in_one_jvm_do_not_meet(@TempDir Path other) {
        try (EmbeddedBroker broker = start();
                EmbeddedBroker second =
                        EmbeddedBroker.start(EmbeddedBrokerOptions.of(other).withFreePorts(), failures::add);
                AmqpClient client = AmqpClient.connect(broker.amqpPort());
                AmqpClient secondClient = AmqpClient.connect(second.amqpPort())) {
            client.send("mine", AmqpClient.text("for the first"));
            secondClient.send("mine", AmqpClient.text("for the second"));

            assertThat(AmqpClient.body(client.receive("mine"))).isEqualTo("for the first");
            assertThat(AmqpClient.body(secondClient.receive("mine"))).isEqualTo("for the second");
        }
    }

    @Test
    void it_says_which_journal_is_in_force_and_where_it_listens() {
        try (EmbeddedBroker broker = start()) {
            assertThat(broker.journalType()).isEqualTo("NIO");
            assertThat(List.of(broker.amqpPort(), broker.corePort(), broker.mqttPort(), broker.stompPort()))
                    .doesNotHaveDuplicates()
                    .allSatisfy(port -> assertThat(port).isPositive());
        }
    }

    @Test
    void closing_twice_is_closing_once() {
        EmbeddedBroker broker = start();

        broker.close();
        broker.close();

        assertThat(failures).isEmpty();
    }
}
