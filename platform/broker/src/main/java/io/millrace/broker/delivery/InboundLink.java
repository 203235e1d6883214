package io.millrace.broker.delivery;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonQoS;
import io.vertx.proton.ProtonReceiver;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives from one queue as many messages as it grants credit for, again after every reconnect. Event loop only.
 */
public final class InboundLink {
    private static final long RETRY_MILLIS = 1_000;
    /** A broker that is asked to detach a link while it attaches it has been seen never to answer. */
    private static final long LONGEST_DETACH_MILLIS = 5_000;

    private static final Symbol SELECTOR = Symbol.valueOf("apache.org:selector-filter:string");
    private static final Logger LOGGER = LoggerFactory.getLogger(InboundLink.class);

    private final BrokerConnection connection;
    private final String address;
    private final String selector;
    private final boolean settled;
    private final Consumer<Delivery> handler;
    private final Runnable whenAttached;
    private final Consumer<ProtonConnection> attach = this::attach;
    private Consumer<BrokerRefusedException> whenRefused = refusal -> {};
    private @Nullable ProtonReceiver receiver;
    private int credit;
    private int held;
    private int attachments;
    private boolean opened;

    /**
     * @param settled whether the broker hands messages over for good: faster, and lost if this process dies
     * @param whenAttached each time the link is attached, with no credit yet
     */
    public InboundLink(
            BrokerConnection connection,
            String address,
            boolean settled,
            Consumer<Delivery> handler,
            Runnable whenAttached) {
        this(connection, address, "", settled, handler, whenAttached);
    }

    /** @param selector in the broker's language: which messages to receive; empty for all */
    public InboundLink(
            BrokerConnection connection,
            String address,
            String selector,
            boolean settled,
            Consumer<Delivery> handler,
            Runnable whenAttached) {
        this.connection = connection;
        this.address = address;
        this.selector = selector;
        this.settled = settled;
        this.handler = handler;
        this.whenAttached = whenAttached;
    }

    /** Told each time the broker refuses or closes the link, which is then tried again. Before {@link #open}. */
    public void whenRefused(Consumer<BrokerRefusedException> told) {
        whenRefused = told;
    }

    private void tellRefused(Throwable why) {
        whenRefused.accept(new BrokerRefusedException(
                "broker refused to hand over messages of " + address + ": " + why.getMessage()));
    }

    /** Attaches now, or as soon as the connection is up. */
    public void open() {
        opened = true;
        connection.whenUp(attach);
    }

    private void attach(ProtonConnection up) {
        ProtonReceiver opening = up.createReceiver(address);
        if (!selector.isEmpty()) {
            ((Source) opening.getSource()).setFilter(Map.of(SELECTOR, new UnknownDescribedType(SELECTOR, selector)));
        }
        opening.setPrefetch(0);
        opening.setAutoAccept(false);
        opening.setQoS(settled ? ProtonQoS.AT_MOST_ONCE : ProtonQoS.AT_LEAST_ONCE);
        int attachment = ++attachments;
        opening.handler((delivery, message) -> {
            if (receiver != opening) {
                return; // Sent before the broker saw that the link is closing; it goes back with it.
            }
            credit--;
            if (!settled) {
                held++;
            }
            accept(new Delivery(delivery, message, this, attachment));
        });
        opening.openHandler(answer -> {
            if (answer.failed()) {
                LOGGER.atWarn()
                        .addKeyValue("address", address)
                        .setCause(answer.cause())
                        .log("broker refused a link");
                tellRefused(answer.cause());
                attachLater(opening);
            }
        });
        opening.closeHandler(closed -> {
            if (receiver == opening) {
                LOGGER.atWarn().addKeyValue("address", address).log("broker closed a link");
                if (closed.failed()) {
                    tellRefused(closed.cause());
                }
                attachLater(opening);
            }
        });
        opening.open();
        receiver = opening;
        credit = 0;
        held = 0;
        whenAttached.run();
    }

    // An exception here would stay in vertx-proton's queue of events and come again at every read, for all links.
    private void accept(Delivery delivery) {
        try {
            handler.accept(delivery);
        } catch (RuntimeException bug) {
            LOGGER.atError().addKeyValue("address", address).setCause(bug).log("delivery not understood");
            if (!settled) {
                delivery.retryLater();
            }
        }
    }

    /** The queue may be made again while the connection stays: by an operator, or after a change of the broker. */
    private void attachLater(ProtonReceiver refused) {
        if (receiver != refused) {
            return;
        }
        receiver = null;
        connection.context().owner().setTimer(RETRY_MILLIS, again -> {
            ProtonConnection up = connection.current();
            if (receiver == null && opened && up != null) {
                attach(up);
            }
        });
    }

    public String address() {
        return address;
    }

    /** Grants the broker {@code more} deliveries. Without a link this does nothing. */
    public void grant(int more) {
        ProtonReceiver open = receiver;
        if (open != null && connection.isUp() && more > 0) {
            credit += more;
            open.flow(more);
        }
    }

    /** Deliveries the broker may still hand over. */
    public int credit() {
        return receiver == null ? 0 : credit;
    }

    /** Deliveries handed over and not settled. */
    public int held() {
        return held;
    }

    void settled() {
        held--;
    }

    boolean isAttached(int attachment) {
        return receiver != null && attachment == attachments && connection.isUp();
    }

    /** Takes back what credit the broker has not used; what it already sent still arrives. */
    public Future<Void> drainCredit() {
        ProtonReceiver open = receiver;
        if (open == null || !connection.isUp()) {
            return Future.succeededFuture();
        }
        Promise<Void> drained = Promise.promise();
        open.drain(2_000, done -> {
            credit = 0;
            drained.handle(done);
        });
        return drained.future();
    }

    /**
     * Detaches; the broker gets back at once, uncounted, what is not settled.
     *
     * @return when the broker has done so, or did not answer for 5 s; then it does so at the latest when the connection
     *     ends
     */
    public Future<Void> close() {
        opened = false;
        connection.forget(attach);
        ProtonReceiver open = receiver;
        receiver = null;
        if (open == null || !connection.isUp()) {
            return Future.succeededFuture();
        }
        Promise<Void> detached = Promise.promise();
        open.closeHandler(answer -> detached.tryComplete());
        open.detachHandler(answer -> detached.tryComplete());
        Runnable gone = detached::tryComplete;
        connection.whenDown(gone);
        Vertx vertx = connection.context().owner();
        long timer = vertx.setTimer(LONGEST_DETACH_MILLIS, late -> {
            LOGGER.atWarn().addKeyValue("address", address).log("broker does not say that a link is detached");
            detached.tryComplete();
        });
        open.close();
        return detached.future().onComplete(done -> {
            vertx.cancelTimer(timer);
            connection.forgetDown(gone);
        });
    }
}
