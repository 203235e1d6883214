package io.millrace.broker.delivery;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.connection.NotSentException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Promise;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonQoS;
import io.vertx.proton.ProtonSender;
import io.vertx.proton.impl.ProtonSenderImpl;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.engine.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * Sends to one address while the broker gives credit, and keeps the rest until it does, or has not for
 * {@link #PATIENCE}: then the rest fails. What was sent and not answered when the connection goes fails: whether the
 * broker has it is unknown. Event loop only.
 */
final class OutboundLink {
    /** A broker whose disk is full says no only while there is credit, and then gives no more. */
    static final Duration PATIENCE = Duration.ofSeconds(20);
    /** More than one, so that a process that stood still itself reads the credit that has come before it gives up. */
    private static final int LOOKS = 4;

    private final BrokerConnection connection;
    private final String address;
    private final boolean settled;
    private final Duration patience;
    private final ArrayDeque<Outgoing> waiting = new ArrayDeque<>();
    private final Set<Promise<Void>> unanswered = new HashSet<>();
    private @Nullable ProtonSender sender;
    private int tags;
    private boolean looking;
    private boolean standing;
    /** Another one for each link at the broker; what was seen of the one before says nothing of it. */
    private int linkNumber;

    /** @param settled whether messages go out settled: nobody learns what becomes of them */
    OutboundLink(BrokerConnection connection, String address, boolean settled) {
        this(connection, address, settled, PATIENCE);
    }

    OutboundLink(BrokerConnection connection, String address, boolean settled, Duration patience) {
        this.connection = connection;
        this.address = address;
        this.settled = settled;
        this.patience = patience;
    }

    private record Outgoing(EncodedMessage message, Promise<Void> accepted) {}

    /** @param accepted completed when the broker has the message, at once when it went out settled */
    void send(EncodedMessage message, Promise<Void> accepted) {
        ProtonSender open = openSender();
        if (open == null) {
            accepted.fail(away());
            return;
        }
        if (waiting.isEmpty() && open.isOpen() && !open.sendQueueFull()) {
            sendNow(open, message, accepted);
        } else {
            waiting.add(new Outgoing(message, accepted));
            if (!looking) {
                lookLater(tags, standing ? LOOKS : 1); // Who comes later need not wait as long for the same answer.
            }
        }
    }

    private void lookLater(int sentBefore, int look) {
        looking = true;
        int seen = linkNumber;
        long millis = Math.max(1, patience.toMillis() / LOOKS);
        connection.context().owner().setTimer(millis, now -> {
            if (seen != linkNumber) {
                return;
            }
            looking = false;
            if (waiting.isEmpty()) {
                return;
            }
            if (tags != sentBefore) {
                lookLater(tags, 1);
            } else if (look < LOOKS) {
                lookLater(sentBefore, look + 1);
            } else {
                standing = true;
                failWaiting(new NotSentException("broker " + connection.address() + " has taken no message to "
                        + address + " for " + patience.toSeconds() + " s: its disk is full, or the address blocked"));
            }
        });
    }

    private @Nullable ProtonSender openSender() {
        if (sender == null) {
            ProtonConnection up = connection.current();
            if (up == null) {
                return null;
            }
            ProtonSender opening = up.createSender(address);
            opening.setQoS(settled ? ProtonQoS.AT_MOST_ONCE : ProtonQoS.AT_LEAST_ONCE);
            opening.sendQueueDrainHandler(credit -> sendWaiting());
            opening.closeHandler(this::refused);
            opening.detachHandler(this::refused);
            opening.open();
            sender = opening;
        }
        return sender;
    }

    private void sendWaiting() {
        standing = false;
        ProtonSender open = sender;
        while (open != null && !waiting.isEmpty() && !open.sendQueueFull()) {
            Outgoing next = waiting.remove();
            sendNow(open, next.message(), next.accepted());
        }
    }

    private void sendNow(ProtonSender open, EncodedMessage message, Promise<Void> accepted) {
        ProtonSenderImpl sending = (ProtonSenderImpl) open;
        Delivery delivery = sending.delivery(nextTag());
        if (settled) {
            message.postSettled(delivery);
            accepted.complete();
        } else {
            unanswered.add(accepted);
            message.post(delivery, state -> answered(state, accepted));
        }
        sending.getSession().getConnectionImpl().flush();
    }

    private byte[] nextTag() {
        int tag = tags++;
        return new byte[] {(byte) (tag >>> 24), (byte) (tag >>> 16), (byte) (tag >>> 8), (byte) tag};
    }

    private void answered(@Nullable DeliveryState state, Promise<Void> accepted) {
        if (!unanswered.remove(accepted)) {
            return;
        }
        if (state instanceof Accepted) {
            accepted.complete();
        } else {
            accepted.fail(new BrokerRefusedException("broker refused a message to " + address + ": " + reason(state)));
        }
    }

    private static String reason(@Nullable DeliveryState state) {
        return state instanceof Rejected rejected && rejected.getError() != null
                ? String.valueOf(rejected.getError().getDescription())
                : String.valueOf(state);
    }

    private void refused(AsyncResult<ProtonSender> closed) {
        if (sender != null) {
            sender.close();
        }
        forgetLink();
        String why = closed.failed() ? closed.cause().getMessage() : "the link was closed";
        failAll(new BrokerRefusedException("broker refused to take messages to " + address + ": " + why));
    }

    /** The connection is gone. */
    void lost() {
        forgetLink();
        failAll(away());
    }

    /** Lets go of the link; what waits fails. */
    void close() {
        ProtonSender open = sender;
        forgetLink();
        if (open != null) {
            open.close();
        }
        failAll(away());
    }

    private void forgetLink() {
        sender = null;
        linkNumber++;
        looking = false;
        standing = false;
    }

    private void failAll(RuntimeException why) {
        List<Promise<Void>> failing = List.copyOf(unanswered);
        unanswered.clear();
        failing.forEach(promise -> promise.tryFail(why));
        failWaiting(why);
    }

    private void failWaiting(RuntimeException why) {
        List<Outgoing> unsent = List.copyOf(waiting);
        waiting.clear();
        unsent.forEach(outgoing -> outgoing.accepted().tryFail(why));
    }

    private BrokerUnavailableException away() {
        return new BrokerUnavailableException("broker " + connection.address() + " is not reachable");
    }
}
