package io.millrace.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
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
    private final ProtonSender sender;
    private final ProtonReceiver receiver;
    private final Load load;
    private final @Nullable Executor hop;
    private final Message message = message();

    private final Queue<ProtonDelivery> handled = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean settlingIsDue = new AtomicBoolean();
    private final AtomicLong completed = new AtomicLong();

    // event loop
    private boolean running;
    private int outstanding;
    private long attempts;
    private @Nullable Promise<Void> idle;

    private RawPipe(
            Vertx vertx,
            Context context,
            ProtonSender sender,
            ProtonReceiver receiver,
            Load load,
            @Nullable Executor hop) {
        this.vertx = vertx;
        this.context = context;
        this.sender = sender;
        this.receiver = receiver;
        this.load = load;
        this.hop = hop;
    }

    /** Settles on the event loop, without a handler in between. */
    static RawPipe withoutHop(int port, String queue, Load load) {
        return connect(port, queue, load, null);
    }

    /** Runs a no-op handler for each event on the executor, which it shuts down at its end. */
    static RawPipe withHop(int port, String queue, Load load, Executor hop) {
        return connect(port, queue, load, hop);
    }

    private static RawPipe connect(int port, String queue, Load load, @Nullable Executor hop) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        Context context = vertx.getOrCreateContext();
        Promise<RawPipe> connected = Promise.promise();
        context.runOnContext(start -> CoalescingConnection.open(vertx, port)
                .compose(connection -> open(vertx, context, connection, queue, load, hop))
                .onComplete(connected));
        return Waiting.on("connecting the raw pipe", connected.future());
    }

    private static Future<RawPipe> open(
            Vertx vertx,
            Context context,
            ProtonConnection connection,
            String queue,
            Load load,
            @Nullable Executor hop) {
        ProtonSender sender = connection.createSender(queue);
        ProtonReceiver receiver =
                connection.createReceiver(queue).setPrefetch(0).setAutoAccept(false);
        RawPipe pipe = new RawPipe(vertx, context, sender, receiver, load, hop);
        receiver.handler((delivery, received) -> pipe.received(delivery));
        sender.sendQueueDrainHandler(ready -> pipe.publish());
        Promise<RawPipe> opened = Promise.promise();
        receiver.openHandler(remote -> opened.handle(remote.map(pipe)));
        sender.open();
        receiver.open();
        receiver.flow(load.slots());
        return opened.future();
    }

    /** Hands the delivery on; what was handled is settled together, once per turn of the event loop. */
    private void received(ProtonDelivery delivery) {
        if (hop == null) {
            handled(delivery);
        } else {
            hop.execute(() -> handled(delivery));
        }
    }

    private void handled(ProtonDelivery delivery) {
        handled.add(delivery);
        if (settlingIsDue.compareAndSet(false, true)) {
            context.runOnContext(turn -> settle());
        }
    }

    private void settle() {
        settlingIsDue.set(false);
        int settled = 0;
        int ended = 0;
        for (ProtonDelivery delivery = handled.poll(); delivery != null; delivery = handled.poll()) {
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
        publish();
        if (outstanding == 0 && idle != null) {
            idle.tryComplete();
        }
    }

    private void publish() {
        while (running && outstanding < load.outstanding() && !sender.sendQueueFull()) {
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
            Handlers.close(hop);
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
}
