package io.millrace.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Durable events through the broker with vertx-proton and nothing else: send, receive, accept.
 *
 * <p>With a hop each event is handed to a handler's thread in between and settled back on the connection's event
 * loop; completions come back through a queue, many per turn of the loop. One connection and one event loop carry
 * both directions.
 *
 * <p>The fields below {@code // event loop} are touched there only.
 */
final class RawPipe implements Lane {

    private static final DeliveryState ACCEPTED = Accepted.getInstance();
    private static final Modified FAILED = failed();

    private final Vertx vertx;
    private final Context context;
    private final BatchingConnection publishing;
    private final BatchingConnection consuming;
    private final ProtonSender sender;
    private final ProtonReceiver receiver;
    private final Load load;
    private final @Nullable ExecutorService hop;
    private final boolean drainsInCallback;
    private final Message message = message();

    private final Queue<ProtonDelivery> handled = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean drainScheduled = new AtomicBoolean();
    private final AtomicLong completed = new AtomicLong();

    // event loop
    private final Queue<ProtonDelivery> arrived = new ArrayDeque<>();
    private boolean running;
    private int outstanding;
    private long attempts;
    private @Nullable Promise<Void> idle;

    private RawPipe(
            Vertx vertx,
            Context context,
            BatchingConnection publishing,
            BatchingConnection consuming,
            ProtonSender sender,
            ProtonReceiver receiver,
            Load load,
            @Nullable ExecutorService hop,
            boolean drainsInCallback) {
        this.vertx = vertx;
        this.context = context;
        this.publishing = publishing;
        this.consuming = consuming;
        this.sender = sender;
        this.receiver = receiver;
        this.load = load;
        this.hop = hop;
        this.drainsInCallback = drainsInCallback;
    }

    static RawPipe withoutHop(int port, String queue, Load load) {
        return connect(port, queue, load, null, Style.BATCH_ONE);
    }

    static RawPipe withHop(int port, String queue, Load load, ExecutorService hop) {
        return connect(port, queue, load, hop, Style.BATCH_ONE);
    }

    static RawPipe connect(int port, String queue, Load load, @Nullable ExecutorService hop, Style style) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        Context context = vertx.getOrCreateContext();
        Promise<RawPipe> connected = Promise.promise();
        context.runOnContext(start -> BatchingConnection.open(vertx, port, style.batched)
                .compose(consuming -> (style.oneConnection
                                ? Future.succeededFuture(consuming)
                                : BatchingConnection.open(vertx, port, style.batched))
                        .compose(publishing -> open(vertx, context, publishing, consuming, queue, load, hop, style)))
                .onComplete(connected));
        return Waiting.on("connecting the raw pipe", connected.future());
    }

    private static Future<RawPipe> open(
            Vertx vertx,
            Context context,
            BatchingConnection publishing,
            BatchingConnection consuming,
            String queue,
            Load load,
            @Nullable ExecutorService hop,
            Style style) {
        ProtonSender sender = publishing.createSender(queue);
        ProtonReceiver receiver = consuming.createReceiver(queue).setPrefetch(0).setAutoAccept(false);
        RawPipe pipe =
                new RawPipe(vertx, context, publishing, consuming, sender, receiver, load, hop, style.drainsInCallback);
        if (style.name().startsWith("AUTO")) {
            publishing.auto();
            consuming.auto();
        }
        receiver.handler((delivery, received) -> pipe.received(delivery));
        sender.sendQueueDrainHandler(ready -> pipe.publish());
        Promise<RawPipe> opened = Promise.promise();
        receiver.openHandler(remote -> opened.handle(remote.map(pipe)));
        sender.open();
        receiver.open();
        receiver.flow(load.slots());
        return opened.future();
    }

    private void received(ProtonDelivery delivery) {
        if (hop == null) {
            // Settled after the frames of this read are parsed: one write for all of them.
            arrived.add(delivery);
            if (drainsInCallback) {
                settle(arrived);
            } else if (arrived.size() == 1) {
                context.runOnContext(turn -> settle(arrived));
            }
            return;
        }
        hop.execute(() -> handle(delivery));
        if (drainsInCallback && !handled.isEmpty()) {
            settle(handled);
        }
    }

    private void handle(ProtonDelivery delivery) {
        handled.add(delivery);
        if (drainScheduled.compareAndSet(false, true)) {
            context.runOnContext(turn -> {
                drainScheduled.set(false);
                settle(handled);
            });
        }
    }

    private void settle(Queue<ProtonDelivery> deliveries) {
        consuming.batch(() -> settleAll(deliveries));
        publish();
        if (outstanding == 0 && idle != null) {
            idle.tryComplete();
        }
    }

    private void settleAll(Queue<ProtonDelivery> deliveries) {
        int settled = 0;
        int ended = 0;
        for (ProtonDelivery delivery = deliveries.poll(); delivery != null; delivery = deliveries.poll()) {
            settled++;
            attempts++;
            if (load.failEvery() > 0 && attempts % load.failEvery() == 0) {
                delivery.disposition(FAILED, true);
            } else {
                delivery.disposition(ACCEPTED, true);
                ended++;
            }
        }
        if (settled > 0) {
            receiver.flow(settled);
        }
        outstanding -= ended;
        completed.lazySet(completed.get() + ended);
    }

    private void publish() {
        if (running && outstanding < load.outstanding() && !sender.sendQueueFull()) {
            publishing.batch(this::publishAll);
        }
    }

    private void publishAll() {
        while (outstanding < load.outstanding() && !sender.sendQueueFull()) {
            outstanding++;
            sender.send(message);
        }
    }

    @Override
    public void resume() {
        context.runOnContext(turn -> {
            running = true;
            idle = null;
            publish();
        });
    }

    @Override
    public long completed() {
        return completed.get();
    }

    @Override
    public void pause() {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(turn -> {
            running = false;
            idle = drained;
            if (outstanding == 0) {
                drained.tryComplete();
            }
        });
        Waiting.on("draining the raw pipe", drained.future());
    }

    @Override
    public void close() {
        Waiting.on("closing the raw pipe", vertx.close());
        if (hop != null) {
            hop.shutdown();
        }
    }

    private static Message message() {
        Message message = Proton.message();
        message.setDurable(true);
        message.setBody(new Data(new Binary(Load.body())));
        return message;
    }

    private static Modified failed() {
        Modified modified = new Modified();
        modified.setDeliveryFailed(true);
        return modified;
    }

    enum Style {
        PLAIN_TWO(false, false, false),
        PLAIN_ONE(false, true, false),
        CALLBACK_ONE(false, true, true),
        BATCH_TWO(true, false, false),
        BATCH_ONE(true, true, false),
        BATCH_CALLBACK_ONE(true, true, true),
        AUTO_ONE(true, true, false),
        AUTO_CALLBACK_ONE(true, true, true),
        AUTO_TWO(true, false, false);

        final boolean batched;
        final boolean oneConnection;
        final boolean drainsInCallback;

        Style(boolean batched, boolean oneConnection, boolean drainsInCallback) {
            this.batched = batched;
            this.oneConnection = oneConnection;
            this.drainsInCallback = drainsInCallback;
        }
    }
}
