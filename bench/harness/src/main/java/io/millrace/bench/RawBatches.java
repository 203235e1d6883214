package io.millrace.bench;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonReceiver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.message.Message;

/**
 * What a mapping does, by hand: receives messages of a queue with vertx-proton, makes one event of each batch, runs the
 * handler for it on a thread of its own, at most 32 batches at once, and accepts each message of the batch back on
 * the connection's event loop, all in one write.
 *
 * <p>The fields below {@code // event loop} are touched there only.
 */
final class RawBatches implements BacklogLane {
    /** What vertx-proton starts with. */
    private static final int PREFETCH = 1_000;

    /** As many as a mapping runs whose function is quick. */
    private static final int AT_ONCE = 32;

    private static final long WINDOW_MILLIS = 10;

    private final Vertx vertx;
    private final Context context;
    private final Filler filler;
    private final String queue;
    private final int batchSize;
    private final Executor handlers = Handlers.executor();
    private final BatchCounter handler = new BatchCounter();

    // event loop
    private final ProtonConnection connection;
    private final Deque<Batch> full = new ArrayDeque<>();
    private ProtonReceiver receiver;
    private Batch filling;
    private int running;

    private RawBatches(
            Vertx vertx, Context context, ProtonConnection connection, Filler filler, String queue, int batchSize) {
        this.vertx = vertx;
        this.context = context;
        this.connection = connection;
        this.filler = filler;
        this.queue = queue;
        this.batchSize = batchSize;
        this.receiver = connection.createReceiver(queue);
        this.filling = new Batch(queue, batchSize);
    }

    static RawBatches connect(int port, String queue, int batchSize) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        Context context = vertx.getOrCreateContext();
        Filler filler = Filler.connect(port, List.of(queue));
        Promise<RawBatches> connected = Promise.promise();
        context.runOnContext(start -> CoalescingConnection.open(vertx, port)
                .map(connection -> new RawBatches(vertx, context, connection, filler, queue, batchSize))
                .onComplete(connected));
        return Waiting.on("connecting the raw consumer", connected.future());
    }

    private static final class Batch {
        private final SqsEvent event;
        private final List<ProtonDelivery> deliveries = new ArrayList<>();

        Batch(String queue, int batchSize) {
            this.event = new SqsEvent(queue, batchSize);
        }
    }

    @Override
    public void fill(int events) {
        filler.fill(queue, events);
    }

    @Override
    public void resume() {
        context.runOnContext(turn -> {
            receiver = connection.createReceiver(queue).setPrefetch(0).setAutoAccept(false);
            receiver.handler(this::received);
            receiver.open();
            receiver.flow(PREFETCH);
        });
    }

    private void received(ProtonDelivery delivery, Message message) {
        filling.event.add(message);
        filling.deliveries.add(delivery);
        if (filling.deliveries.size() == batchSize) {
            endBatch();
        } else if (filling.deliveries.size() == 1) {
            Batch current = filling;
            vertx.setTimer(WINDOW_MILLIS, over -> {
                if (filling == current) {
                    endBatch();
                }
            });
        }
    }

    private void endBatch() {
        full.add(filling);
        filling = new Batch(queue, batchSize);
        next();
    }

    private void next() {
        while (running < AT_ONCE && !full.isEmpty()) {
            running++;
            Batch batch = full.remove();
            handlers.execute(() -> {
                byte[] unused = handler.handle(batch.event.end());
                context.runOnContext(handled -> settle(batch));
            });
        }
    }

    private void settle(Batch batch) {
        running--;
        batch.deliveries.forEach(delivery -> delivery.disposition(Accepted.getInstance(), true));
        receiver.flow(batch.deliveries.size());
        next();
    }

    @Override
    public long completed() {
        return handler.counted();
    }

    @Override
    public void pause() {
        filler.requireEmpty(queue);
        Promise<Void> closed = Promise.promise();
        context.runOnContext(turn -> {
            receiver.closeHandler(answer -> closed.tryComplete());
            receiver.close();
        });
        Waiting.on("closing the raw consumer's link", closed.future());
    }

    @Override
    public void close() {
        filler.close();
        Waiting.on("closing the raw consumer", vertx.close());
        Handlers.close(handlers);
    }
}
