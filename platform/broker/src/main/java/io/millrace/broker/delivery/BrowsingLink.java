package io.millrace.broker.delivery;

import io.millrace.broker.connection.BrokerConnection;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonReceiver;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads copies of a queue's messages from its head on, and leaves them there. The broker looks at every message before
 * the first that the selector lets through. Used once: what ends it, ends it for good. Event loop only.
 */
public final class BrowsingLink {
    private static final Logger LOGGER = LoggerFactory.getLogger(BrowsingLink.class);
    private static final Symbol COPY = Symbol.valueOf("copy");
    private static final Symbol SELECTOR = Symbol.valueOf("apache.org:selector-filter:string");

    private final BrokerConnection connection;
    private final String queue;
    private final Consumer<Message> handler;
    private final Consumer<End> ended;
    private final Runnable lost = this::lost;
    private @Nullable ProtonReceiver receiver;

    /** Why no more messages come, though nobody closed the link. */
    public enum End {
        /** The connection is down. */
        BROKER_AWAY,
        /** The broker closed the link or did not want to open it: the queue is gone. */
        REFUSED
    }

    private BrowsingLink(BrokerConnection connection, String queue, Consumer<Message> handler, Consumer<End> ended) {
        this.connection = connection;
        this.queue = queue;
        this.handler = handler;
        this.ended = ended;
    }

    /**
     * Attaches without credit.
     *
     * @param selector in the broker's language, over application properties
     * @param ended called at most once, and not after {@link #close}; never before this method returns
     */
    public static BrowsingLink open(
            BrokerConnection connection,
            String queue,
            String selector,
            Consumer<Message> handler,
            Consumer<End> ended) {
        BrowsingLink link = new BrowsingLink(connection, queue, handler, ended);
        link.attach(selector);
        return link;
    }

    private void attach(String selector) {
        ProtonConnection up = connection.current();
        if (up == null) {
            connection.context().runOnContext(soon -> ended.accept(End.BROKER_AWAY));
            return;
        }
        ProtonReceiver opening = up.createReceiver(queue);
        Source source = (Source) opening.getSource();
        source.setDistributionMode(COPY);
        source.setFilter(Map.of(SELECTOR, new UnknownDescribedType(SELECTOR, selector)));
        opening.setPrefetch(0);
        opening.setAutoAccept(false);
        opening.handler((delivery, message) -> {
            delivery.disposition(Accepted.getInstance(), true); // Of a copy; nothing changes in the queue.
            if (receiver == opening) {
                accept(message);
            }
        });
        opening.openHandler(answer -> {
            if (answer.failed()) {
                end(End.REFUSED);
            }
        });
        opening.closeHandler(closed -> end(End.REFUSED));
        opening.detachHandler(detached -> end(End.REFUSED));
        opening.open();
        receiver = opening;
        connection.whenDown(lost);
    }

    // An exception here would stay in vertx-proton's queue of events and come again at every read, for all links.
    private void accept(Message message) {
        try {
            handler.accept(message);
        } catch (RuntimeException bug) {
            LOGGER.atError().addKeyValue("address", queue).setCause(bug).log("message not understood");
        }
    }

    /** Lets the broker send so many more. */
    public void grant(int more) {
        ProtonReceiver open = receiver;
        if (open != null && connection.isUp()) {
            open.flow(more);
        }
    }

    private void lost() {
        end(End.BROKER_AWAY);
    }

    private void end(End how) {
        if (receiver != null) {
            close();
            ended.accept(how);
        }
    }

    /** Nothing comes any more. */
    public void close() {
        ProtonReceiver open = receiver;
        receiver = null;
        connection.forgetDown(lost);
        if (open != null && connection.isUp()) {
            open.close();
        }
    }
}
