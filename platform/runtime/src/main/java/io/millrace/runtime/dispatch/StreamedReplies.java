package io.millrace.runtime.dispatch;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.topology.Topology;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * The responses that this node streams, and the address at which their callers tell what they have taken. Nothing of it
 * exists before the first. Event loop only.
 */
final class StreamedReplies {
    private static final int CREDIT = 256;

    private final BrokerConnection connection;
    private final BiConsumer<String, Message> sender;
    private final String ownAddress = Topology.replyAddress(UUID.randomUUID().toString());
    private final Map<Object, StreamedReply> open = new HashMap<>();
    private @Nullable InboundLink taken;

    /** @param sender takes the caller's address and a message to it, in order; called on any thread */
    StreamedReplies(BrokerConnection connection, BiConsumer<String, Message> sender) {
        this.connection = connection;
        this.sender = sender;
        connection.run(() -> connection.whenDown(this::lost));
    }

    /** @param version that runs */
    StreamedReply open(Message call, String version) {
        if (taken == null) {
            InboundLink link = new InboundLink(connection, ownAddress, true, this::told, this::attached);
            taken = link;
            link.open();
        }
        Object callId = call.getMessageId();
        String replyTo = call.getReplyTo();
        StreamedReply reply = new StreamedReply(
                new StreamedParts(callId, ownAddress, version),
                part -> sender.accept(replyTo, part),
                () -> connection.run(() -> open.remove(callId)));
        open.put(callId, reply);
        return reply;
    }

    private void attached() {
        InboundLink link = taken;
        if (link != null) {
            link.grant(CREDIT);
        }
    }

    private void told(Delivery delivery) {
        InboundLink link = taken;
        if (link != null && link.credit() <= CREDIT / 2) {
            link.grant(CREDIT - link.credit());
        }
        StreamedReply reply = open.get(delivery.message().getCorrelationId());
        if (reply == null) {
            return; // It has ended.
        }
        StreamedParts.taken(delivery.message()).ifPresentOrElse(reply::taken, reply::abandon);
    }

    /** What was under way is lost: the callers are told so by what is missing, and the functions need not wait. */
    private void lost() {
        List.copyOf(open.values()).forEach(StreamedReply::abandon);
    }
}
