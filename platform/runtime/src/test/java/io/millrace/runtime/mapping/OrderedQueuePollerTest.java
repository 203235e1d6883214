package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.AddressPolicy;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a wall clock that is set does to message groups. What else becomes of them is in FifoMappingIT. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class OrderedQueuePollerTest {
    private static final String QUEUE = "letters.fifo";
    private static final Duration REDELIVERY = Duration.ofSeconds(1);
    /** The poller has seen how a batch ended by then; the broker has not handed anything out again. */
    private static final Duration SETTLED = REDELIVERY.dividedBy(4);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final ScriptedFunction function = new ScriptedFunction(vertx);
    private final SuppliedKeys keys = new SuppliedKeys();
    private volatile Instant now = FeedingFloor.NOON;
    private EmbeddedBroker broker;
    private BrokerConnection connection;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failure -> {});
        connection = done(BrokerConnection.open(vertx, BrokerAddress.local("127.0.0.1", broker.amqpPort()), "test"));
        done(connection.firstUp());
        BrokerManagement management = new BrokerManagement(connection);
        done(management.setPolicy(new AddressPolicy(
                QUEUE, "DLQ", "ExpiryQueue", 10, REDELIVERY.toMillis(), 1, REDELIVERY.toMillis(), -1, false)));
        done(management.createQueue(new QueueSpec(QUEUE, true)));
    }

    @AfterEach
    void stop() {
        done(connection.close());
        broker.close();
        keys.close();
        done(vertx.close());
    }

    private static <T> T done(Future<T> future) {
        return future.timeout(60, TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private void send(String text) {
        Message message = EventMessages.durable(text, text.getBytes(StandardCharsets.UTF_8), Map.of(), null);
        message.setGroupId("one");
        done(new Publisher(connection).send(QUEUE, message));
    }

    private List<String> runs() {
        return function.calls.stream()
                .map(call -> call.event().at("/Records/0/body").asText())
                .toList();
    }

    private void awaitSettled(int runs) {
        await().pollDelay(SETTLED).atMost(FeedingFloor.PATIENCE).until(() -> runs().size() >= runs);
    }

    @Test
    void a_group_keeps_its_order_and_is_not_held_up_when_the_clock_jumps_an_hour_forwards_and_two_back() {
        // Given
        function.script =
                call -> function.calls.size() <= 2 ? ScriptedFunction.failed() : ScriptedFunction.succeeded("null");
        send("first");
        send("second");
        SourceDescription source = SourceDescription.ofArn("arn:aws:sqs:us-east-1:000000000000:" + QUEUE);
        EventSourceMapping mapping = new EventSourceMapping(
                "11111111-1111-4111-8111-111111111111",
                source,
                FeedingFloor.settings(1),
                true,
                MappingState.ENABLED,
                now);
        FedQueue fed = new FedQueue(
                mapping,
                BrokerQueue.of(source).orElseThrow(),
                new SourceHealth(mapping, new MappingCounts()),
                () -> Future.succeededFuture(new QueuePolicy(10, REDELIVERY.toMillis())),
                () -> Future.succeededFuture(OptionalLong.empty()));
        OrderedQueuePoller poller = new OrderedQueuePoller(
                fed, connection, function, Traces.OFF, keys.of(vertx), exists -> true, new SuppliedClock(() -> now));
        done(poller.start());
        // When the broker still has what failed
        awaitSettled(1);
        now = now.plus(Duration.ofHours(1));
        awaitSettled(2);
        now = now.minus(Duration.ofHours(2));
        // Then
        await().atMost(FeedingFloor.PATIENCE).until(() -> runs().size() == 4);
        assertThat(runs()).containsExactly("first", "first", "first", "second");
        done(poller.stop(FeedingFloor.PATIENCE));
    }
}
