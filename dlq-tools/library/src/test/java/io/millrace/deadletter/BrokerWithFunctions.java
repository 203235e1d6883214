package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.envelope.DeadLetterMessages;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.AddressPolicy;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.qpid.proton.message.Message;

/** A real broker, and what workers and publishers do to it. Blocking. */
final class BrokerWithFunctions implements AutoCloseable {
    private final EmbeddedBroker broker;
    private final Vertx vertx = Vertx.vertx();
    private final BrokerConnection connection;
    private final BrokerConnection managing;
    private final Publisher publisher;
    final BrokerManagement management;

    BrokerWithFunctions(Path directory) {
        broker = EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failure -> {});
        connection = await(BrokerConnection.open(vertx, address(), "test"));
        await(connection.firstUp());
        publisher = new Publisher(connection);
        managing = await(BrokerConnection.open(vertx, address(), "test-management"));
        await(managing.firstUp());
        management = new BrokerManagement(managing);
    }

    JobRecords records() {
        return new JobRecords(connection, management, publisher);
    }

    BrokerAddress address() {
        return BrokerAddress.local("127.0.0.1", broker.amqpPort());
    }

    int corePort() {
        return broker.corePort();
    }

    int mqttPort() {
        return broker.mqttPort();
    }

    int stompPort() {
        return broker.stompPort();
    }

    void create(String function) {
        Topology.queues(new FunctionName(function)).forEach(queue -> await(management.createQueue(queue)));
    }

    void createQueue(String name) {
        await(management.createQueue(new QueueSpec(name, true)));
    }

    void deleteQueue(String name) {
        await(management.deleteQueue(name));
    }

    QueueState state(String queue) {
        return await(management.findQueue(queue)).orElseThrow();
    }

    void send(String address, Message message) {
        await(publisher.send(address, message));
    }

    /** What a worker does with an event of {@code function} that it gives up. */
    Future<Void> giveUp(String function, Message event, String errorType, String requestId, long diedAt) {
        DeadLetterMessages.Cause cause = new DeadLetterMessages.Cause(
                "RetriesExhausted",
                errorType,
                errorType + " happened",
                errorType + "\n\tat shop.Orders.handle(Orders.java:7)",
                3,
                function,
                "1",
                requestId);
        String dlq = "dlq." + function;
        return publisher.send(dlq, DeadLetterMessages.of(event, cause, "invoke." + function, dlq, diedAt));
    }

    /** As {@link #giveUp}, now, with a message of its own. */
    void die(
            String function, String id, String errorType, String message, byte[] body, Map<String, String> properties) {
        DeadLetterMessages.Cause cause = new DeadLetterMessages.Cause(
                "RetriesExhausted",
                errorType,
                message,
                errorType + "\n\tat shop.Orders.handle(Orders.java:7)",
                3,
                function,
                "1",
                id);
        String dlq = "dlq." + function;
        Message event = EventMessages.durable(id, body, properties, null);
        await(publisher.send(
                dlq, DeadLetterMessages.of(event, cause, "invoke." + function, dlq, System.currentTimeMillis())));
    }

    static Message event(String id, byte[] payload) {
        return EventMessages.durable(id, payload, Map.of("shop", "north"), null);
    }

    /** Dead letters as workers write them, with ids {@code <prefix>0} and up. */
    void giveUpMany(String function, String prefix, int count, String errorType, IntFunction<byte[]> payload) {
        long now = System.currentTimeMillis();
        await(Future.all(IntStream.range(0, count)
                .mapToObj(i ->
                        giveUp(function, event(prefix + i, payload.apply(i)), errorType, prefix + i, now - count + i))
                .toList()));
    }

    /** The broker dead-letters what is in {@code queue} itself, at the first failed attempt. */
    void crashOn(String queue, String deadLetterAddress, int count) {
        await(management.setPolicy(new AddressPolicy(queue, deadLetterAddress, "ExpiryQueue", 1, 0, 1, 0, -1, false)));
        failOn(queue, count);
    }

    /** Takes {@code count} messages and fails each once. */
    void failOn(String queue, int count) {
        AtomicInteger left = new AtomicInteger(count);
        Promise<Void> done = Promise.promise();
        InboundLink[] link = new InboundLink[1];
        connection.run(() -> {
            link[0] = new InboundLink(
                    connection,
                    queue,
                    false,
                    delivery -> {
                        delivery.retryLater();
                        if (left.decrementAndGet() == 0) {
                            done.complete();
                        }
                    },
                    () -> {});
            link[0].open();
            link[0].grant(count);
        });
        await(done.future());
        connection.run(link[0]::close);
        waitForMessages(queue, 0);
    }

    void waitForMessages(String queue, long count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (state(queue).messages() != count) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(queue + " has " + state(queue).messages() + ", expected " + count);
            }
            Thread.onSpinWait();
        }
    }

    /** Takes what {@code queue} has, {@code count} messages. */
    List<Message> take(String queue, int count) {
        List<Message> taken = new ArrayList<>();
        Promise<Void> done = Promise.promise();
        InboundLink[] link = new InboundLink[1];
        connection.run(() -> {
            link[0] = new InboundLink(
                    connection,
                    queue,
                    false,
                    delivery -> {
                        taken.add(delivery.message());
                        delivery.complete();
                        if (taken.size() == count) {
                            done.complete();
                        }
                    },
                    () -> {});
            link[0].open();
            link[0].grant(count);
        });
        await(done.future());
        connection.run(link[0]::close);
        return taken;
    }

    /** A worker whose handler fails and that gives each event up at once, until what is returned runs. */
    Runnable startFailingWorker(String function) {
        InboundLink[] link = new InboundLink[1];
        connection.run(() -> {
            link[0] = new InboundLink(
                    connection,
                    "invoke." + function,
                    false,
                    delivery -> giveUp(
                                    function,
                                    delivery.message(),
                                    "Again",
                                    EventMessages.id(delivery.message()),
                                    System.currentTimeMillis())
                            .onSuccess(accepted -> {
                                delivery.complete();
                                link[0].grant(1);
                            }),
                    () -> link[0].grant(100));
            link[0].open();
        });
        return () -> connection.run(link[0]::close);
    }

    static <T> T await(Future<T> future) {
        return future.timeout(60, TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @Override
    public void close() {
        await(Future.join(connection.close(), managing.close()));
        await(vertx.close());
        broker.close();
    }
}
