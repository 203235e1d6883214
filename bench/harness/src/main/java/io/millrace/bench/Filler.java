package io.millrace.bench;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonSender;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;

/**
 * Fills queues with durable messages, each with an id as messaging clients give them, and sees whether they are empty
 * again. The same for both sides of a comparison.
 */
final class Filler implements AutoCloseable {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    private static final int LOOKS = 1_000;

    private final Vertx vertx;
    private final Context context;
    private final Map<String, ProtonSender> senders = new HashMap<>();
    private final BrokerConnection managing;
    private final BrokerManagement management;

    private Filler(Vertx vertx, Context context, BrokerConnection managing) {
        this.vertx = vertx;
        this.context = context;
        this.managing = managing;
        this.management = new BrokerManagement(managing);
    }

    /** Makes the queues too. */
    static Filler connect(int port, List<String> queues) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        BrokerConnection managing = Waiting.on(
                "connecting to the broker",
                BrokerConnection.open(vertx, BrokerAddress.local("127.0.0.1", port), "filler"));
        Waiting.on("connecting to the broker", managing.firstUp());
        Context context = managing.context();
        Filler filler = new Filler(vertx, context, managing);
        Promise<Void> opened = Promise.promise();
        context.runOnContext(start -> CoalescingConnection.open(vertx, port)
                .compose(connection -> filler.attach(connection, queues))
                .onComplete(opened));
        Waiting.on("opening the queues", opened.future());
        return filler;
    }

    private Future<Void> attach(ProtonConnection connection, List<String> queues) {
        return Future.all(queues.stream()
                        .map(queue -> {
                            ProtonSender sender = connection.createSender(queue);
                            senders.put(queue, sender);
                            Promise<ProtonSender> opened = Promise.promise();
                            sender.openHandler(opened::handle);
                            sender.open();
                            return opened.future();
                        })
                        .toList())
                .mapEmpty();
    }

    /** Returns when the broker has confirmed each. */
    void fill(String queue, int events) {
        Promise<Void> filled = Promise.promise();
        context.runOnContext(start -> new Filling(Objects.requireNonNull(senders.get(queue)), events, filled).send());
        Waiting.on("filling " + queue, filled.future());
    }

    /** One filling of one queue; event loop only. */
    private static final class Filling {
        private final ProtonSender sender;
        private final Promise<Void> filled;
        private final Message message = Proton.message();
        private int unsent;
        private int unconfirmed;

        Filling(ProtonSender sender, int events, Promise<Void> filled) {
            this.sender = sender;
            this.filled = filled;
            this.unsent = events;
            this.unconfirmed = events;
            message.setDurable(true);
            message.setBody(new Data(new Binary(Load.body())));
            sender.sendQueueDrainHandler(ready -> send());
        }

        void send() {
            while (unsent > 0 && !sender.sendQueueFull()) {
                unsent--;
                message.setMessageId(UUID.randomUUID().toString());
                sender.send(message, delivery -> {
                    if (!(delivery.getRemoteState() instanceof Accepted)) {
                        filled.tryFail("the broker answered " + delivery.getRemoteState());
                    } else if (--unconfirmed == 0) {
                        filled.tryComplete();
                    }
                });
            }
        }
    }

    /** Waits for what was settled last. */
    void requireEmpty(String queue) {
        long left = 0;
        for (int look = 0; look < LOOKS; look++) {
            left = Waiting.on("looking at " + queue, management.findQueue(queue))
                    .map(QueueState::messages)
                    .orElse(0L);
            if (left == 0) {
                return;
            }
            Pause.of(BETWEEN_LOOKS);
        }
        throw new IllegalStateException(left + " messages are left in " + queue + ", expected none");
    }

    @Override
    public void close() {
        Waiting.on("disconnecting the filler", managing.close());
        Waiting.on("closing the filler", vertx.close());
    }
}
