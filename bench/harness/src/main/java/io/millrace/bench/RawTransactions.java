package io.millrace.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import io.vertx.proton.impl.ProtonDeliveryImpl;
import io.vertx.proton.impl.ProtonSenderImpl;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.message.Message;

/**
 * The loop that moves messages with a property written on each: receive some, send them, commit, and the next ones. With
 * vertx-proton and nothing else; the next ones are on their way while the last are committed.
 *
 * <p>The fields below {@code // event loop} are touched there only.
 */
final class RawTransactions implements AutoCloseable {
    /** As many messages as a job takes. */
    private static final int BATCH = 100;

    private static final int SECTIONS = 4_096;

    private final Vertx vertx;
    private final Context context;
    private final CoalescingConnection connection;
    private final String from;
    private final String to;
    private final ProtonSender coordinator;
    private final ProtonSender sender;

    // event loop
    private final List<Received> batch = new ArrayList<>();
    private ProtonReceiver receiver;
    private Promise<Void> done = Promise.promise();
    private boolean committing;
    private int toArrive;
    private int left;
    private long nextTag;

    private record Received(ProtonDelivery delivery, Message message) {}

    private RawTransactions(Vertx vertx, Context context, CoalescingConnection connection, String from, String to) {
        this.vertx = vertx;
        this.context = context;
        this.connection = connection;
        this.from = from;
        this.to = to;
        this.receiver = connection.createReceiver(from);
        this.sender = connection.createSender(to).open();
        this.coordinator = connection.createSender("coordinator");
        coordinator.setTarget(new Coordinator());
        coordinator.open();
    }

    static RawTransactions connect(int port, String from, String to) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        Context context = vertx.getOrCreateContext();
        Promise<RawTransactions> connected = Promise.promise();
        context.runOnContext(start -> CoalescingConnection.open(vertx, port)
                .map(connection -> new RawTransactions(vertx, context, connection, from, to))
                .onComplete(connected));
        return Waiting.on("connecting the raw transactions", connected.future());
    }

    /** Returns when so many messages are moved, of at least as many that are there. */
    void move(int messages) {
        Promise<Void> end = Promise.promise();
        context.runOnContext(turn -> {
            done = end;
            left = messages;
            toArrive = messages;
            receiver = connection.createReceiver(from).setPrefetch(0).setAutoAccept(false);
            receiver.handler(this::received);
            receiver.open();
            receiver.flow(2 * BATCH);
        });
        Waiting.on("moving " + from + " in transactions", end.future());
    }

    private void received(ProtonDelivery delivery, Message message) {
        toArrive--;
        batch.add(new Received(delivery, message));
        commitIfFull();
    }

    private void commitIfFull() {
        boolean isLast = toArrive == 0 && !batch.isEmpty();
        if (!committing && (batch.size() >= BATCH || isLast)) {
            commit();
        }
    }

    private void commit() {
        committing = true;
        List<Received> all = List.copyOf(batch.subList(0, Math.min(BATCH, batch.size())));
        batch.subList(0, all.size()).clear();
        Message declare = Proton.message();
        declare.setBody(new AmqpValue(new Declare()));
        coordinator.send(declare, answer -> {
            if (answer.getRemoteState() instanceof Declared declared) {
                sendAll(declared.getTxnId(), all);
            } else {
                done.tryFail("no transaction: " + answer.getRemoteState());
            }
        });
    }

    private void sendAll(Binary transaction, List<Received> all) {
        List<Future<Void>> sent =
                all.stream().map(each -> send(transaction, each.message())).toList();
        TransactionalState completed = within(transaction);
        completed.setOutcome(Accepted.getInstance());
        all.forEach(each -> each.delivery().disposition(completed, true));
        Future.all(sent).onFailure(done::tryFail).onSuccess(accepted -> discharge(transaction, all.size()));
    }

    private Future<Void> send(Binary transaction, Message message) {
        Map<String, Object> properties =
                new HashMap<>(message.getApplicationProperties().getValue());
        properties.put("written", "1");
        message.setApplicationProperties(new ApplicationProperties(properties));
        message.setAddress(to);
        byte[] bytes = new byte[SECTIONS];
        int length = message.encode(bytes, 0, bytes.length);
        // The state must be on the delivery before its first frame, which the public sender does not do.
        Delivery outgoing = ((ProtonSenderImpl) sender).delivery(("t" + nextTag++).getBytes(StandardCharsets.US_ASCII));
        outgoing.disposition(within(transaction));
        Sender link = (Sender) outgoing.getLink();
        link.sendNoCopy(ReadableBuffer.ByteBufferReader.wrap(ByteBuffer.wrap(bytes, 0, length)));
        Promise<Void> accepted = Promise.promise();
        ProtonDeliveryImpl tracked = new ProtonDeliveryImpl(outgoing);
        tracked.handler(update -> {
            update.settle();
            accepted.tryComplete();
        });
        link.advance();
        connection.flush();
        return accepted.future();
    }

    private static TransactionalState within(Binary transaction) {
        TransactionalState state = new TransactionalState();
        state.setTxnId(transaction);
        return state;
    }

    private void discharge(Binary transaction, int count) {
        Discharge discharge = new Discharge();
        discharge.setTxnId(transaction);
        discharge.setFail(false);
        Message message = Proton.message();
        message.setBody(new AmqpValue(discharge));
        coordinator.send(message, answer -> {
            if (!(answer.getRemoteState() instanceof Accepted)) {
                done.tryFail("no commit: " + answer.getRemoteState());
                return;
            }
            committing = false;
            left -= count;
            if (left == 0) {
                receiver.closeHandler(closed -> done.tryComplete());
                receiver.close();
                return;
            }
            receiver.flow(count);
            commitIfFull();
        });
    }

    @Override
    public void close() {
        Waiting.on("closing the raw transactions", vertx.close());
    }
}
