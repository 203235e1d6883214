package io.millrace.broker.delivery;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
        // Encoded here, on the caller's thread: the event loop has enough to do.
        mailbox.add(new Parcel(address, EncodedMessage.of(message), accepted));
        return accepted.future().onComplete(answered -> underWay.decrementAndGet());
    }

    private void post(Parcel parcel) {
        links.computeIfAbsent(parcel.address(), address -> new OutboundLink(connection, address, false))
                .send(parcel.message(), parcel.accepted());
    }
}
