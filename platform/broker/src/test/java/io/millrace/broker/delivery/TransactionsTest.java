package io.millrace.broker.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.envelope.EventMessages;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonSender;
import io.vertx.proton.impl.ProtonSenderImpl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real broker; 1/0 means one message in the queue of events, none in the queue of dead letters. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class TransactionsTest {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private TestBroker broker;
    private Transactions transactions;
    private String from;
    private String to;

    @BeforeAll
    void start(@TempDir Path data) {
        broker = new TestBroker(data);
        transactions = new Transactions(broker.working());
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    @BeforeEach
    void make_two_queues() {
        int number = NAMES.incrementAndGet();
        from = "invoke.f" + number;
        to = "dlq.f" + number;
        broker.createQueue(from);
        broker.createQueue(to);
    }

    private static Message message(String address) {
        Message message = EventMessages.durable(UUID.randomUUID().toString(), "{}".getBytes(UTF_8), Map.of(), null);
        message.setAddress(address);
        return message;
    }

    private Delivery deliver() {
        TestBroker.await(onLoop(() -> send(from)));
        Promise<Delivery> delivered = Promise.promise();
        AtomicInteger credit = new AtomicInteger(1); // None after a reconnect.
        broker.working().run(() -> {
            InboundLink[] link = new InboundLink[1];
            link[0] = new InboundLink(
                    broker.working(), from, false, delivered::tryComplete, () -> link[0].grant(credit.getAndSet(0)));
            link[0].open();
        });
        return TestBroker.await(delivered.future());
    }

    private Future<Void> send(String address) {
        Promise<Void> accepted = Promise.promise();
        new OutboundLink(broker.working(), address, false).send(EncodedMessage.of(message(address)), accepted);
        return accepted.future();
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        broker.working().run(() -> work.get().onComplete(done));
        return done.future();
    }

    private void completeAndSend(Delivery delivery, Message... messages) {
        TestBroker.await(onLoop(() -> transactions.completeAndSend(delivery, List.of(messages))));
    }

    private List<Long> counts() {
        return Arrays.asList(broker.messages(from), broker.messages(to));
    }

    @Test
    void a_commit_moves_the_event() {
        Delivery delivery = deliver();
        assertThat(counts()).containsExactly(1L, 0L);

        completeAndSend(delivery, message(to));

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(counts()).containsExactly(0L, 1L));
    }

    @Test
    void a_commit_sends_all_that_follows() {
        Delivery delivery = deliver();

        completeAndSend(delivery, message(to), message(to), message(to));

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(counts()).containsExactly(0L, 3L));
    }

    @Test
    void nothing_to_send_still_completes_the_event() {
        Delivery delivery = deliver();

        completeAndSend(delivery);

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(counts()).containsExactly(0L, 0L));
    }

    @Test
    void a_refused_send_takes_the_others_back_and_leaves_the_event_to_be_settled_again() {
        Delivery delivery = deliver();

        assertThatThrownBy(() -> completeAndSend(delivery, message(to), message("invoke.nosuch")))
                .hasCauseInstanceOf(BrokerRefusedException.class)
                .hasMessageContaining("invoke.nosuch");

        assertThat(counts()).containsExactly(1L, 0L);
        completeAndSend(delivery, message(to));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(counts()).containsExactly(0L, 1L));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 6, 9})
    void a_connection_that_is_cut_at_any_time_leaves_exactly_one_copy(long millis) {
        // Given
        Delivery delivery = deliver();
        // When
        Promise<Void> ended = Promise.promise();
        broker.working().run(() -> {
            transactions.completeAndSend(delivery, List.of(message(to))).onComplete(either -> ended.complete());
            if (millis == 0) {
                disconnect();
            } else {
                broker.working().context().owner().setTimer(millis, late -> disconnect());
            }
        });
        TestBroker.await(ended.future());
        // Then
        requireOneCopy();
    }

    @Test
    void a_connection_that_is_cut_before_the_commit_leaves_the_event_where_it_was() {
        // Given an event whose dead letter is sent and accepted, and whose completion is told, but not committed
        Delivery delivery = deliver();
        TestBroker.await(onLoop(() -> sendWithoutCommit(delivery)));
        // When
        broker.working().run(this::disconnect);
        // Then
        requireOneCopy();
        assertThat(counts()).containsExactly(1L, 0L);
    }

    private Future<Void> sendWithoutCommit(Delivery delivery) {
        Promise<Void> accepted = Promise.promise();
        ProtonConnection up = Objects.requireNonNull(broker.working().current());
        ProtonSender coordinator = up.createSender("coordinator");
        coordinator.setTarget(new Coordinator());
        coordinator.open();
        ProtonSenderImpl relay = (ProtonSenderImpl) up.createSender(null);
        relay.open();
        Message declare = Message.Factory.create();
        declare.setBody(new AmqpValue(new Declare()));
        coordinator.send(declare, answer -> {
            TransactionalState within = new TransactionalState();
            within.setTxnId(((Declared) answer.getRemoteState()).getTxnId());
            org.apache.qpid.proton.engine.Delivery outgoing = relay.delivery("t".getBytes(UTF_8));
            outgoing.disposition(within);
            EncodedMessage.of(message(to)).post(outgoing, state -> {
                TransactionalState completed = new TransactionalState();
                completed.setTxnId(within.getTxnId());
                completed.setOutcome(Accepted.getInstance());
                delivery.proton().disposition(completed, true);
                accepted.complete();
            });
            relay.getSession().getConnectionImpl().flush();
        });
        return accepted.future();
    }

    private void requireOneCopy() {
        await().atMost(Duration.ofSeconds(60)).until(() -> broker.working().isUp());
        await().atMost(Duration.ofSeconds(60)).during(Duration.ofMillis(200)).untilAsserted(() -> assertThat(
                        broker.messages(from) + broker.messages(to))
                .isEqualTo(1));
    }

    private void disconnect() {
        ProtonConnection up = broker.working().current();
        if (up != null) {
            up.disconnect();
        }
    }

    @Test
    void an_event_that_comes_back_after_a_cut_can_be_given_up_again() {
        // Given
        Delivery lost = deliver();
        AtomicInteger arrived = new AtomicInteger();
        broker.working().run(this::disconnect);
        await().atMost(Duration.ofSeconds(60)).until(() -> broker.working().isUp() && !lost.isLive());
        // When
        Promise<Delivery> again = Promise.promise();
        broker.working().run(() -> {
            InboundLink[] link = new InboundLink[1];
            link[0] = new InboundLink(
                    broker.working(),
                    from,
                    false,
                    delivery -> {
                        arrived.incrementAndGet();
                        again.tryComplete(delivery);
                    },
                    () -> link[0].grant(1));
            link[0].open();
        });
        completeAndSend(TestBroker.await(again.future()), message(to));
        // Then
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(counts()).containsExactly(0L, 1L));
        assertThat(arrived).hasValue(1);
    }
}
