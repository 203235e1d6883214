package io.millrace.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.qpid.proton.message.Message;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What broker.xml says about names, seen from its clients. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AddressRulesTest {

    private EmbeddedBroker broker;
    private AmqpClient client;

    @BeforeEach
    void start(@TempDir Path directory) {
        broker = EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failure -> {});
        client = AmqpClient.connect(broker.amqpPort());
    }

    @AfterEach
    void stop() {
        client.close();
        broker.close();
    }

    @Test
    void an_event_for_a_function_that_does_not_exist_is_refused() {
        assertThatThrownBy(() -> client.send("invoke.nosuch", AmqpClient.text("lost?")))
                .hasMessageContaining("invoke.nosuch");
        assertThatThrownBy(() -> client.sendByAnonymousLink("invoke.nosuch", AmqpClient.text("lost?")))
                .hasMessageContaining("invoke.nosuch");
        assertThatThrownBy(() -> StompSender.send(broker.stompPort(), "invoke.nosuch", "lost?"))
                .hasMessageContaining("invoke.nosuch");

        assertThat(queues()).doesNotContain("nosuch");
    }

    @Test
    void an_mqtt_event_for_a_function_that_does_not_exist_is_a_dead_letter() {
        MqttSender.publish(broker.mqttPort(), "invoke/nosuch", "kept");

        Message deadLetter = client.receive("DLQ");
        assertThat(AmqpClient.body(deadLetter)).isEqualTo("kept");
        assertThat(deadLetter.getApplicationProperties().getValue())
                .containsEntry("_AMQ_ORIG_ADDRESS", "invoke.nosuch");
        assertThat(queues()).doesNotContain("nosuch");
    }

    @Test
    void reading_the_queue_of_a_function_that_does_not_exist_does_not_make_it() {
        assertThatThrownBy(() -> client.receive("invoke.nosuch")).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> client.receive("dlq.nosuch")).hasMessageContaining("does not exist");

        assertThat(queues()).doesNotContain("nosuch");
    }

    @Test
    void every_protocol_reaches_the_queue_of_a_function() {
        client.createAnycastQueue("invoke.orders");

        client.send("invoke.orders", AmqpClient.text("AMQP"));
        assertThat(AmqpClient.body(client.receive("invoke.orders"))).isEqualTo("AMQP");
        client.sendByAnonymousLink("invoke.orders", AmqpClient.text("AMQP, anonymous link"));
        assertThat(AmqpClient.body(client.receive("invoke.orders"))).isEqualTo("AMQP, anonymous link");
        MqttSender.publish(broker.mqttPort(), "invoke/orders", "MQTT");
        assertThat(AmqpClient.body(client.receive("invoke.orders"))).isEqualTo("MQTT");
        StompSender.send(broker.stompPort(), "invoke.orders", "STOMP");
        assertThat(AmqpClient.body(client.receive("invoke.orders"))).isEqualTo("STOMP");
    }

    @Test
    void an_mqtt_subscriber_cannot_divert_the_events_of_a_function() {
        client.createAnycastQueue("invoke.orders");

        MqttSender.trySubscribe(broker.mqttPort(), "invoke/orders");
        MqttSender.publish(broker.mqttPort(), "invoke/orders", "for the function");

        assertThat(AmqpClient.body(client.receive("invoke.orders"))).isEqualTo("for the function");
    }

    @Test
    void any_other_name_becomes_a_queue_that_outlives_its_reader() {
        client.send("orders-in", AmqpClient.text("one"));
        client.receive("orders-in");

        assertThat(queues()).contains("\"orders-in\"");
    }

    @Test
    void what_a_user_queue_gives_up_on_is_in_dlq() {
        client.send("fragile", AmqpClient.text("poison"));
        for (int attempt = 1; attempt <= 10; attempt++) {
            client.receiveAndFail("fragile");
        }

        assertThat(AmqpClient.body(client.receive("DLQ"))).isEqualTo("poison");
    }

    @Test
    void a_dead_letter_stays_however_often_it_is_given_back() {
        client.createAnycastQueue("dlq.orders");
        client.send("dlq.orders", AmqpClient.text("dead"));
        for (int look = 1; look <= 12; look++) {
            client.receiveAndFail("dlq.orders");
        }

        assertThat(AmqpClient.body(client.receive("dlq.orders"))).isEqualTo("dead");
    }

    @Test
    void a_policy_set_at_run_time_keeps_what_it_does_not_say() {
        client.createAnycastQueue("invoke.orders");
        client.createAnycastQueue("dlq.orders");

        client.manage(
                "broker",
                "addAddressSettings",
                "[\"invoke.orders\",\"{\\\"redeliveryDelay\\\":0,\\\"maxDeliveryAttempts\\\":2,"
                        + "\\\"deadLetterAddress\\\":\\\"dlq.orders\\\",\\\"autoCreateQueues\\\":false}\"]");
        client.send("invoke.orders", AmqpClient.text("twice"));
        client.receiveAndFail("invoke.orders");
        client.receiveAndFail("invoke.orders");

        assertThat(AmqpClient.body(client.receive("dlq.orders"))).isEqualTo("twice");
        String settings = client.manage("broker", "getAddressSettingsAsJSON", "[\"invoke.orders\"]");
        assertThat(settings).contains("\"maxDeliveryAttempts\":2");
        assertThat(settings).as("from invoke.#").contains("\"pageFullMessagePolicy\":\"FAIL\"");
        assertThat(settings).as("from #").contains("\"autoDeleteQueues\":false");
    }

    @Test
    void an_event_that_is_too_old_leaves_within_two_seconds() {
        client.createAnycastQueue("invoke.orders");
        client.createAnycastQueue("expired.orders");
        client.manage(
                "broker",
                "addAddressSettings",
                "[\"invoke.orders\",\"{\\\"maxExpiryDelay\\\":200,\\\"expiryAddress\\\":\\\"expired.orders\\\"}\"]");

        Duration shortest = Duration.ofDays(1); // Of some: the machine may be busy.
        for (int sent = 1; sent <= 20 && shortest.toMillis() > 3_000; sent++) {
            String expired = Integer.toString(sent);
            long began = System.nanoTime();
            client.send("invoke.orders", AmqpClient.text("old"));
            Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(count("expired.orders"))
                    .isEqualTo(expired));
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            shortest = took.compareTo(shortest) < 0 ? took : shortest;
        }
        assertThat(shortest).isLessThanOrEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void a_call_that_nobody_took_in_time_is_dropped() {
        client.createAnycastQueue("call.orders");
        Message call = AmqpClient.text("too late");
        call.setTtl(100);

        client.send("call.orders", call);

        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(count("call.orders"))
                .isEqualTo("0"));
        assertThat(count("ExpiryQueue")).isEqualTo("0");
    }

    @Test
    void dead_letters_can_be_moved_and_a_queue_removed_by_management() {
        client.createAnycastQueue("invoke.orders");
        client.createAnycastQueue("dlq.orders");
        client.send("dlq.orders", AmqpClient.text("again"));

        String moved = client.manage("queue.dlq.orders", "moveMessages", "[1000,null,\"invoke.orders\",false,10]");
        String body = AmqpClient.body(client.receive("invoke.orders"));
        client.manage("broker", "destroyQueue", "[\"dlq.orders\"]");

        assertThat(moved).isEqualTo("[1]");
        assertThat(body).isEqualTo("again");
        assertThat(queues()).doesNotContain("dlq.orders");
    }

    private String queues() {
        return client.manage("broker", "listQueues", "[\"\",1,100]");
    }

    private String count(String queue) {
        return client.manage("queue." + queue, "countMessages", "[]").replaceAll("[\\[\\]]", "");
    }
}
