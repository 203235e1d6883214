package io.millrace.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.DeadLetterMessages;
import io.millrace.broker.envelope.EventMessages;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Dead letters as workers write them, straight into the queue: 40 causes, 300 bytes, each of another order. */
final class ManyDeadLetters {
    private static final int AT_ONCE = 5_000;
    private static final int CAUSES = 40;
    private static final byte[] BODY = ("{\"order\":7,\"text\":\"" + "x".repeat(280) + "\"}").getBytes(UTF_8);

    private final String function;
    private final Publisher publisher;

    private ManyDeadLetters(String function, Publisher publisher) {
        this.function = function;
        this.publisher = publisher;
    }

    static void write(String brokerUrl, String function, int count) {
        Vertx vertx = Vertx.vertx();
        BrokerConnection connection = await(BrokerConnection.open(vertx, BrokerAddress.parse(brokerUrl), "many"));
        await(connection.firstUp());
        ManyDeadLetters many = new ManyDeadLetters(function, new Publisher(connection));
        for (int sent = 0; sent < count; sent += AT_ONCE) {
            await(Future.all(IntStream.range(sent, Math.min(count, sent + AT_ONCE))
                    .mapToObj(many::die)
                    .toList()));
        }
        await(connection.close());
        await(vertx.close());
    }

    private Future<Void> die(int number) {
        String type = "shop.Failure" + number % CAUSES;
        DeadLetterMessages.Cause cause = new DeadLetterMessages.Cause(
                "RetriesExhausted",
                type,
                "order " + number + " failed",
                type + "\n\tat shop.Orders.handle(Orders.java:7)",
                3,
                function,
                "1",
                "id-" + number);
        String queue = "dlq." + function;
        return publisher.send(
                queue,
                DeadLetterMessages.of(
                        EventMessages.durable("id-" + number, BODY, Map.of(), null),
                        cause,
                        "invoke." + function,
                        queue,
                        System.currentTimeMillis()));
    }

    private static <T> T await(Future<T> future) {
        return future.timeout(2, TimeUnit.MINUTES)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }
}
