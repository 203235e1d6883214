package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Lineage;
import io.millrace.core.invocation.Outcome;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.dispatch.RecursiveCallException;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch with a message whose chain of calls is too long (lambda-semantics 2.4). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class RecursiveBatchTest {
    private static final String KEY = Lineage.key(FeedingFloor.FUNCTION.toString());

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final ScriptedFunction function = new ScriptedFunction(vertx);
    private final SuppliedKeys keys = new SuppliedKeys();
    private final List<String> done = new CopyOnWriteArrayList<>();
    private EmbeddedBroker broker;
    private BrokerConnection connection;
    private BrokerManagement management;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failure -> {});
        connection = done(BrokerConnection.open(vertx, BrokerAddress.local("127.0.0.1", broker.amqpPort()), "test"));
        done(connection.firstUp());
        management = new BrokerManagement(connection);
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

    private void send(String queue, String text, int runs) {
        Message message = EventMessages.durable(
                text,
                text.getBytes(StandardCharsets.UTF_8),
                Map.of(EventProperties.TRACE, "Root=1-00000001-000000000000000000000001;Lineage=" + KEY + ":" + runs),
                null);
        message.setGroupId(text);
        done(new Publisher(connection).send(queue, message));
    }

    /** As the function's worker does. */
    private Outcome run(ScriptedFunction.Call call) {
        String trace = call.attributes().getOrDefault(Invocation.TRACE, "");
        if (Lineage.runs(trace, KEY) >= Lineage.MOST_RUNS) {
            throw new RecursiveCallException();
        }
        call.event()
                .at("/Records")
                .forEach(record -> done.add(record.at("/body").asText() + ", receipt "
                        + record.at("/attributes/ApproximateReceiveCount").asText()));
        return ScriptedFunction.succeeded("null");
    }

    private SourcePoller poller(String queue) {
        SourceDescription source = SourceDescription.ofArn("arn:aws:sqs:us-east-1:000000000000:" + queue);
        EventSourceMapping mapping = new EventSourceMapping(
                "11111111-1111-4111-8111-111111111111",
                source,
                FeedingFloor.settings(10),
                true,
                MappingState.ENABLED,
                FeedingFloor.NOON);
        FedQueue fed = new FedQueue(
                mapping,
                BrokerQueue.of(source).orElseThrow(),
                new SourceHealth(mapping, new MappingCounts()),
                () -> management.policy(queue).map(QueuePolicy::of),
                () -> Future.succeededFuture(OptionalLong.empty()));
        SuppliedClock clock = new SuppliedClock(() -> FeedingFloor.NOON);
        return fed.queue().isOrdered()
                ? new OrderedQueuePoller(fed, connection, function, Traces.OFF, keys.of(vertx), exists -> true, clock)
                : new QueuePoller(fed, connection, function, Traces.OFF, keys.of(vertx), exists -> true, clock);
    }

    @ParameterizedTest
    @ValueSource(strings = {"letters", "letters.fifo"})
    void it_fails_alone_until_the_queue_makes_it_a_dead_letter_and_the_others_run_uncounted(String queue) {
        // Given
        function.script = this::run;
        done(management.setRedelivery(queue, OptionalLong.empty(), OptionalInt.of(2)));
        done(management.createQueue(new QueueSpec(queue, true)));
        send(queue, "too long", Lineage.MOST_RUNS);
        send(queue, "other", 1);
        // When
        SourcePoller poller = poller(queue);
        done(poller.start());
        // Then
        await().atMost(FeedingFloor.PATIENCE)
                .until(() -> done(management.findQueue("DLQ"))
                                .map(QueueState::messages)
                                .orElse(0L)
                        == 1);
        await().atMost(FeedingFloor.PATIENCE).until(() -> !done.isEmpty());
        assertThat(done).containsExactly("other, receipt 1");
        done(poller.stop(FeedingFloor.PATIENCE));
    }
}
