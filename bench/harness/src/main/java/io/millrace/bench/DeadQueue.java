package io.millrace.bench;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.DeadLetterMessages;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Dead letters of a function, as its workers write them: 40 causes, bodies of {@link Load#BODY_BYTES} bytes. What is
 * done with them is undone by {@link #back}, so that each run finds the same messages. Blocking.
 */
final class DeadQueue implements AutoCloseable {
    /** Of one move of the broker, as large as those of a job. */
    static final int STEP = 1_000;

    private static final int AT_ONCE = 5_000;
    private static final int CAUSES = 40;
    private static final String STACK = "java.lang.IllegalStateException\n\tat shop.Orders.handle(Orders.java:7)";

    private final Vertx vertx = Vertx.vertx();
    private final BrokerConnection connection;
    private final BrokerConnection managing;
    private final BrokerManagement management;
    private final FunctionName function;
    private final int count;

    private DeadQueue(BrokerAddress broker, FunctionName function, int count) {
        this.connection = open(broker, "dead-letters");
        this.managing = open(broker, "moves");
        this.management = new BrokerManagement(managing);
        this.function = function;
        this.count = count;
    }

    private BrokerConnection open(BrokerAddress broker, String name) {
        BrokerConnection opened = Waiting.on("connecting to the broker", BrokerConnection.open(vertx, broker, name));
        Waiting.on("connecting to the broker", opened.firstUp());
        return opened;
    }

    /** Of a function of its own. */
    static DeadQueue filled(Surroundings on, int count) {
        DeadQueue queue =
                new DeadQueue(BrokerAddress.parse(on.brokerUrl()), new FunctionName(on.nextFunction()), count);
        for (QueueSpec needed : Topology.queues(queue.function)) {
            Waiting.on("making " + needed.name(), queue.management.createQueue(needed));
        }
        queue.fill();
        return queue;
    }

    private void fill() {
        Publisher publisher = new Publisher(connection);
        for (int sent = 0; sent < count; sent += AT_ONCE) {
            List<Future<Void>> batch = new ArrayList<>();
            for (int i = sent; i < Math.min(count, sent + AT_ONCE); i++) {
                batch.add(die(publisher, i));
            }
            Waiting.on("filling " + name(), Future.all(batch));
        }
    }

    private Future<Void> die(Publisher publisher, int number) {
        DeadLetterMessages.Cause cause = new DeadLetterMessages.Cause(
                "RetriesExhausted",
                "shop.Failure" + number % CAUSES,
                "order " + number + " failed",
                STACK,
                3,
                function.toString(),
                "1",
                "id-" + number);
        return publisher.send(
                name(),
                DeadLetterMessages.of(
                        EventMessages.durable("id-" + number, Load.body(), Map.of(), null),
                        cause,
                        origin(),
                        name(),
                        System.currentTimeMillis()));
    }

    FunctionName function() {
        return function;
    }

    int count() {
        return count;
    }

    /** Where they lie. */
    String name() {
        return Topology.deadLetterAddress(function);
    }

    /** Where they died. */
    String origin() {
        return Topology.invokeAddress(function);
    }

    /** All of them to where they died, by nothing but the broker's own move, in steps of {@link #STEP}. */
    void moveBare() {
        move(name(), origin(), "");
    }

    /** As {@link #moveBare}, and the broker looks at each as it does for a job: which was there when it began. */
    void moveThere() {
        long now = System.currentTimeMillis();
        move(
                name(),
                origin(),
                "(_AMQ_ORIG_MESSAGE_ID IS NULL OR _AMQ_ORIG_MESSAGE_ID <= " + Long.MAX_VALUE + ") AND ("
                        + EventProperties.DIED_AT + " IS NULL OR " + EventProperties.DIED_AT + " <= " + now + ")");
    }

    /** All of them from where they died, however they came there. */
    void back() {
        move(origin(), name(), "");
        if (messages(name()) != count) {
            // The broker's bare move doubles some where steps follow each other without a pause: see BrokerMove.
            System.out.printf("# %d messages in %s instead of %d, filled anew%n", messages(name()), name(), count);
            empty(name());
            fill();
        }
    }

    private void empty(String queue) {
        Waiting.on("emptying " + queue, management.operation("queue." + queue, "removeAllMessages"));
    }

    private void move(String from, String to, String selector) {
        long more = STEP;
        while (more > 0) {
            more = Waiting.on("moving " + from, management.moveMessages(from, to, selector, STEP));
        }
    }

    /** Nothing counts that did not move: all must be where they died. */
    void requireMoved() {
        require(origin());
    }

    private long messages(String queue) {
        return Waiting.on("looking at " + queue, management.findQueue(queue))
                .orElseThrow()
                .messages();
    }

    private void require(String queue) {
        long there = messages(queue);
        if (there < count) {
            throw new IllegalStateException(there + " messages are in " + queue + ", expected all " + count);
        }
    }

    @Override
    public void close() {
        for (QueueSpec made : Topology.queues(function)) {
            Waiting.on("deleting " + made.name(), management.deleteQueue(made.name()));
        }
        Waiting.on("disconnecting", Future.join(connection.close(), managing.close()));
        Waiting.on("closing", vertx.close());
    }
}
