package io.millrace.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.NotSentException;
import io.millrace.broker.envelope.EventMessages;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of messages for which the broker gives no credit. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class OutboundLinkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void what_the_broker_does_not_take_fails_after_a_while_and_what_comes_once_it_takes_some_again_arrives(
            @TempDir Path data) {
        try (TestBroker broker = new TestBroker(data)) {
            broker.createQueue("orders");
            OutboundLink impatient = new OutboundLink(broker.working(), "orders", false, Duration.ofSeconds(4));
            OutboundLink patient = new OutboundLink(broker.working(), "orders", false, PATIENCE);
            // Given
            TestBroker.await(broker.management().operation("address.orders", "block"));
            // When
            Promise<Void> tooLong = send(broker, impatient);
            Promise<Void> waiting = send(broker, patient);
            // Then
            await().atMost(PATIENCE).until(() -> tooLong.future().failed());
            assertThat(tooLong.future().cause())
                    .isExactlyInstanceOf(NotSentException.class)
                    .hasMessageContaining("has taken no message to orders for 4 s");
            assertThat(broker.messages("orders")).isZero();
            // When
            TestBroker.await(broker.management().operation("address.orders", "unblock"));
            TestBroker.await(waiting.future());
            Promise<Void> later = send(broker, impatient);
            // Then
            TestBroker.await(later.future());
            assertThat(broker.messages("orders")).isEqualTo(2);
        }
    }

    @Test
    void a_new_link_is_waited_for_as_long_as_the_first_one(@TempDir Path data) {
        try (TestBroker broker = new TestBroker(data)) {
            broker.createQueue("orders");
            Duration patience = Duration.ofSeconds(4);
            OutboundLink link = new OutboundLink(broker.working(), "orders", false, patience);
            TestBroker.await(broker.management().operation("address.orders", "block"));
            // Given
            Promise<Void> first = send(broker, link);
            await().atMost(PATIENCE).until(() -> first.future().failed());
            broker.working().run(link::lost);
            // When
            long began = System.nanoTime();
            Promise<Void> second = send(broker, link);
            await().atMost(PATIENCE).until(() -> second.future().failed());
            // Then
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(patience);
            TestBroker.await(broker.management().operation("address.orders", "unblock"));
        }
    }

    private static Promise<Void> send(TestBroker broker, OutboundLink link) {
        Promise<Void> accepted = Promise.promise();
        EncodedMessage message = EncodedMessage.of(EventMessages.transientMessage("id", new byte[0], Map.of()));
        broker.working().run(() -> link.send(message, accepted));
        return accepted;
    }
}
