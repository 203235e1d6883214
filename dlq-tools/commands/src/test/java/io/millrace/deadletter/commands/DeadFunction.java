package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.DeadLetterMessages;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What workers leave behind of a function that fails. Blocking. */
final class DeadFunction implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final BrokerConnection connection;
    private final BrokerConnection managing;

    DeadFunction(BrokerAddress address) {
        connection = await(BrokerConnection.open(vertx, address, "test"));
        managing = await(BrokerConnection.open(vertx, address, "test-management"));
        await(connection.firstUp());
        await(managing.firstUp());
    }

    /** Makes the function's queues and so many dead letters, with ids {@code id-0} and up. */
    void die(String function, int count) {
        die(function, count, i -> "body " + i);
    }

    void die(String function, int count, IntFunction<String> body) {
        die(function, count, body, Map.of());
    }

    void die(String function, int count, IntFunction<String> body, Map<String, String> properties) {
        BrokerManagement management = new BrokerManagement(managing);
        Topology.queues(new FunctionName(function)).forEach(queue -> await(management.createQueue(queue)));
        Publisher publisher = new Publisher(connection);
        String dlq = Topology.DEAD_LETTER_PREFIX + function;
        await(Future.all(IntStream.range(0, count)
                .mapToObj(i -> publisher.send(
                        dlq,
                        DeadLetterMessages.of(
                                EventMessages.durable(
                                        "id-" + i, body.apply(i).getBytes(StandardCharsets.UTF_8), properties, null),
                                new DeadLetterMessages.Cause(
                                        "RetriesExhausted",
                                        "shop.OutOfStock",
                                        "none left",
                                        "",
                                        3,
                                        function,
                                        "1",
                                        "id-" + i),
                                Topology.INVOKE_PREFIX + function,
                                dlq,
                                System.currentTimeMillis())))
                .toList()));
    }

    private static <T> T await(Future<T> future) {
        return future.timeout(60, TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @Override
    public void close() {
        await(Future.join(connection.close(), managing.close()));
        await(vertx.close());
    }
}
