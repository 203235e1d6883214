package io.millrace.broker.delivery;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.qpid.proton.message.Message;

/** Sends messages and says when the broker has them on disk. Thread-safe; never blocks. */
public final class Publisher {
    // What a caller may have under way before it must wait for answers: far more than keeps the broker busy.
    private static final int MOST_UNDER_WAY = 50_000;

    private final BrokerConnection connection;
    private final Map<String, OutboundLink> links = new HashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final Mailbox<Parcel> mailbox;

    public Publisher(BrokerConnection connection) {
        this.connection = connection;
        this.mailbox = new Mailbox<>(connection.context(), this::post, () -> {});
        connection.run(() -> connection.whenDown(() -> links.values().forEach(OutboundLink::lost)));
    }

    private record Parcel(String address, EncodedMessage message, Promise<Void> accepted) {}

    /**
     * Sends a durable message.
     *
     * @return succeeds when the broker has it on disk; fails with BrokerRefusedException (it has not) or with
     *     BrokerUnavailableException (unknown)
     */
    public Future<Void> send(String address, Message message) {
        // Encoded here, on the caller's thread: the event loop has enough to do.
        return send(address, () -> EncodedMessage.of(message));
    }

    /** As {@link #send(String, Message)}, of a message in AMQP's own encoding, byte for byte. */
    public Future<Void> send(String address, byte[] encoded) {
        return send(address, () -> EncodedMessage.of(encoded));
    }

    private Future<Void> send(String address, Supplier<EncodedMessage> message) {
        if (!connection.isUp()) {
            return Future.failedFuture(
                    new BrokerUnavailableException("broker " + connection.address() + " is not reachable"));
        }
        if (underWay.incrementAndGet() > MOST_UNDER_WAY) {
            underWay.decrementAndGet();
            return Future.failedFuture(new BrokerUnavailableException(
                    "more than " + MOST_UNDER_WAY + " messages wait for the broker's answer"));
        }
        Promise<Void> accepted = Promise.promise();
        mailbox.add(new Parcel(address, message.get(), accepted));
        return accepted.future().onComplete(answered -> underWay.decrementAndGet());
    }

    /** Lets go of the link to an address that nothing more is sent to for now. Event loop only. */
    public void forget(String address) {
        OutboundLink link = links.remove(address);
        if (link != null) {
            link.close();
        }
    }

    private void post(Parcel parcel) {
        links.computeIfAbsent(parcel.address(), address -> new OutboundLink(connection, address, false))
                .send(parcel.message(), parcel.accepted());
    }
}
