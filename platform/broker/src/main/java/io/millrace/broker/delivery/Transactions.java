package io.millrace.broker.delivery;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonSender;
import io.vertx.proton.impl.ProtonSenderImpl;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Completes a delivery and sends what follows from it in one broker transaction: both happen or neither, whoever dies
 * meanwhile. Event loop only.
 */
public final class Transactions {
    /** Of those that change nothing. */
    private static final long LONGEST_QUESTION_MILLIS = 5_000;

    private final BrokerConnection connection;
    private final Set<Promise<Void>> open = new HashSet<>();
    private @Nullable ProtonSender coordinator;
    private @Nullable ProtonSender relay;
    private long nextTag;

    /** @param connection the one whose deliveries are completed */
    public Transactions(BrokerConnection connection) {
        this.connection = connection;
        connection.run(() -> {
            connection.whenUp(this::attach);
            connection.whenDown(this::lost);
        });
    }

    private void attach(ProtonConnection up) {
        ProtonSender opening = up.createSender("coordinator");
        opening.setTarget(new Coordinator());
        opening.open();
        coordinator = opening;
        ProtonSender anonymous = up.createSender(null);
        anonymous.open();
        relay = anonymous;
    }

    private void lost() {
        coordinator = null;
        relay = null;
        List<Promise<Void>> failing = List.copyOf(open);
        open.clear();
        failing.forEach(promise -> promise.tryFail(
                new BrokerUnavailableException("broker " + connection.address() + " went away in a transaction")));
    }

    /**
     * Sends {@code messages}, each to the address it carries, and completes {@code delivery}.
     *
     * @return fails with BrokerRefusedException, the delivery still open, if the broker would not take one of them; with
     *     BrokerUnavailableException if the delivery is no longer ours
     */
    public Future<Void> completeAndSend(Delivery delivery, List<Message> messages) {
        return completeAndSend(List.of(delivery), messages);
    }

    /** As {@link #completeAndSend(Delivery, List)}, of several deliveries together: all or none. */
    public Future<Void> completeAndSend(List<Delivery> deliveries, List<Message> messages) {
        List<Outgoing> encoded = new ArrayList<>();
        for (Message message : messages) {
            encoded.add(new Outgoing(message.getAddress(), EncodedMessage.of(message)));
        }
        return commit(deliveries, encoded);
    }

    /**
     * As {@link #completeAndSend(Delivery, List)}, of one message in AMQP's own encoding, byte for byte.
     *
     * @param address the one the message carries
     */
    public Future<Void> completeAndSend(Delivery delivery, String address, byte[] message) {
        return commit(List.of(delivery), List.of(new Outgoing(address, EncodedMessage.of(message))));
    }

    private Future<Void> commit(List<Delivery> deliveries, List<Outgoing> encoded) {
        Promise<Void> committed = Promise.promise();
        ProtonSender declaring = coordinator;
        if (declaring == null) {
            return Future.failedFuture(
                    new BrokerUnavailableException("broker " + connection.address() + " is not reachable"));
        }
        open.add(committed);
        Message declare = Message.Factory.create();
        declare.setBody(new AmqpValue(new Declare()));
        declaring.send(declare, answer -> {
            if (answer.getRemoteState() instanceof Declared declared) {
                sendAll(declared.getTxnId(), deliveries, encoded, committed);
            } else {
                finish(committed, refused("a transaction", answer.getRemoteState()));
            }
        });
        return committed.future();
    }

    private record Outgoing(String address, EncodedMessage message) {}

    /**
     * Whether the broker takes messages like this one now; it is sent, and taken back.
     *
     * @param message with the address it would go to
     * @return fails with BrokerRefusedException, which says why, if it does not; with BrokerUnavailableException if the
     *     broker does not answer for 5 s
     */
    public Future<Void> tryOut(Message message) {
        Promise<Void> tried = Promise.promise();
        ProtonSender declaring = coordinator;
        if (declaring == null) {
            return Future.failedFuture(
                    new BrokerUnavailableException("broker " + connection.address() + " is not reachable"));
        }
        open.add(tried);
        endInTime(tried);
        Outgoing outgoing = new Outgoing(message.getAddress(), EncodedMessage.of(message));
        Message declare = Message.Factory.create();
        declare.setBody(new AmqpValue(new Declare()));
        declaring.send(declare, answer -> {
            if (answer.getRemoteState() instanceof Declared declared) {
                sendWithin(declared.getTxnId(), outgoing)
                        .onComplete(sent ->
                                discharge(declared.getTxnId(), true, rolledBack -> finish(tried, sent.cause())));
            } else {
                finish(tried, refused("a transaction", answer.getRemoteState()));
            }
        });
        return tried.future();
    }

    private void endInTime(Promise<Void> asked) {
        connection
                .context()
                .owner()
                .setTimer(
                        LONGEST_QUESTION_MILLIS,
                        late -> finish(asked, new BrokerUnavailableException("the broker does not answer")));
    }

    /** Succeeds when the broker has done all that was settled on this connection before; fails after 5 s. */
    public Future<Void> barrier() {
        Promise<Void> passed = Promise.promise();
        ProtonSender declaring = coordinator;
        if (declaring == null) {
            return Future.failedFuture(
                    new BrokerUnavailableException("broker " + connection.address() + " is not reachable"));
        }
        open.add(passed);
        endInTime(passed);
        Message declare = Message.Factory.create();
        declare.setBody(new AmqpValue(new Declare()));
        declaring.send(declare, answer -> {
            if (answer.getRemoteState() instanceof Declared declared) {
                // The broker answers a commit only when what came before it on this connection is on disk.
                discharge(declared.getTxnId(), false, committed -> finish(passed, null));
            } else {
                finish(passed, refused("a transaction", answer.getRemoteState()));
            }
        });
        return passed.future();
    }

    private void sendAll(
            Binary transaction, List<Delivery> deliveries, List<Outgoing> messages, Promise<Void> committed) {
        List<Future<Void>> sent = new ArrayList<>();
        for (Outgoing message : messages) {
            sent.add(sendWithin(transaction, message));
        }
        Future.all(sent).onComplete(all -> {
            if (all.failed()) {
                discharge(transaction, true, rolledBack -> finish(committed, all.cause()));
                return;
            }
            if (!deliveries.stream().allMatch(Delivery::isLive)) {
                // It went back to the broker meanwhile, which would commit the copies without the completion.
                discharge(transaction, true, rolledBack -> finish(committed, gone()));
                return;
            }
            TransactionalState completed = within(transaction);
            completed.setOutcome(Accepted.getInstance());
            deliveries.forEach(delivery -> delivery.proton().disposition(completed, true));
            discharge(transaction, false, answer -> {
                if (answer.getRemoteState() instanceof Accepted) {
                    deliveries.forEach(Delivery::settled);
                    finish(committed, null);
                } else {
                    // Not a refusal that a caller may answer with a second try: the delivery is spent.
                    finish(
                            committed,
                            new BrokerUnavailableException(String.valueOf(
                                    refused("a commit", answer.getRemoteState()).getMessage())));
                }
            });
        });
    }

    /**
     * The state must be on the delivery before its first frame goes out, or the send is silently not part of the
     * transaction; the public sender sends first, so this goes one layer below it.
     */
    private Future<Void> sendWithin(Binary transaction, Outgoing message) {
        Promise<Void> accepted = Promise.promise();
        if (!(relay instanceof ProtonSenderImpl sender)) {
            return Future.failedFuture(new BrokerUnavailableException("the link for transactions is not open"));
        }
        byte[] tag = ("t" + nextTag++).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        org.apache.qpid.proton.engine.Delivery outgoing = sender.delivery(tag);
        outgoing.disposition(within(transaction));
        message.message().post(outgoing, state -> {
            if (state instanceof TransactionalState inTransaction && inTransaction.getOutcome() instanceof Accepted) {
                accepted.tryComplete();
            } else {
                accepted.tryFail(refused("a message to " + message.address(), state));
            }
        });
        sender.getSession().getConnectionImpl().flush();
        return accepted.future();
    }

    private static BrokerUnavailableException gone() {
        return new BrokerUnavailableException("the delivery went back to the broker");
    }

    private static TransactionalState within(Binary transaction) {
        TransactionalState state = new TransactionalState();
        state.setTxnId(transaction);
        return state;
    }

    private void discharge(Binary transaction, boolean fail, java.util.function.Consumer<ProtonDelivery> answered) {
        ProtonSender discharging = coordinator;
        if (discharging == null) {
            return; // The connection is gone, and the broker rolls back by itself; lost() tells the waiting.
        }
        Discharge discharge = new Discharge();
        discharge.setTxnId(transaction);
        discharge.setFail(fail);
        Message message = Message.Factory.create();
        message.setBody(new AmqpValue(discharge));
        discharging.send(message, answered::accept);
    }

    private void finish(Promise<Void> committed, @Nullable Throwable failure) {
        if (!open.remove(committed)) {
            return;
        }
        if (failure == null) {
            committed.tryComplete();
        } else {
            committed.tryFail(failure);
        }
    }

    private static BrokerRefusedException refused(String what, @Nullable DeliveryState state) {
        DeliveryState outcome = state instanceof TransactionalState inTransaction
                        && inTransaction.getOutcome() instanceof DeliveryState inner
                ? inner
                : state;
        String why = outcome instanceof Rejected rejected && rejected.getError() != null
                ? String.valueOf(rejected.getError().getDescription())
                : String.valueOf(outcome);
        return new BrokerRefusedException("broker refused " + what + ": " + why);
    }
}
