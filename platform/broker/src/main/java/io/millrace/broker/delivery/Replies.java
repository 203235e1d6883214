package io.millrace.broker.delivery;

import io.millrace.broker.connection.BrokerConnection;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.message.Message;

/** Sends answers, settled and not durable, each to the address its caller gave. Event loop only. */
public final class Replies {
    private static final int MOST_LINKS = 1_000;

    private final BrokerConnection connection;
    private final Map<String, OutboundLink> links = new HashMap<>();

    public Replies(BrokerConnection connection) {
        this.connection = connection;
        connection.run(() -> connection.whenDown(links::clear));
    }

    /** A reply that cannot be sent is dropped: its caller has gone, or will time out. */
    public void send(String replyTo, Message reply) {
        OutboundLink link = links.get(replyTo);
        if (link == null) {
            if (links.size() >= MOST_LINKS) {
                // Callers with an address of their own come and go; start again rather than count their links.
                links.values().forEach(OutboundLink::close);
                links.clear();
            }
            link = new OutboundLink(connection, replyTo, true);
            links.put(replyTo, link);
        }
        link.send(EncodedMessage.of(reply), Promise.promise());
    }
}
