package io.millrace.broker.embedded;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPMessage;
import org.apache.activemq.artemis.utils.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Gives a message that a client sends to {@code invoke.*}, to a topic or to an event bus without a message id a random
 * one, before it is stored: an invocation keeps its id through redeliveries, restarts and redrives, and a plain MQTT or
 * STOMP publish has none.
 *
 * <p>An AMQP consumer finds it as the message id ({@code ID:<uuid>}) of what came by Core, MQTT or STOMP. An AMQP
 * message's own properties are its sender's and stay untouched; its id is the message annotation {@value #ANNOTATION}.
 */
final class InvocationIdStamper implements ActiveMQServerMessagePlugin {

    static final String ANNOTATION = "x-opt-millrace-id";

    private static final SimpleString ANNOTATION_KEY = SimpleString.of(ANNOTATION);
    private static final List<SimpleString> STAMPED =
            List.of(SimpleString.of("invoke."), SimpleString.of("topic."), SimpleString.of("bus."));

    @Override
    public void beforeSend(
            ServerSession session,
            @Nullable Transaction transaction,
            Message message,
            boolean direct,
            boolean noAutoCreateQueue) {
        if (isInvocation(session, message) && message.getUserID() == null) {
            stamp(message);
        }
    }

    private static boolean isInvocation(ServerSession session, Message message) {
        @Nullable SimpleString address = message.getAddressSimpleString();
        if (address != null) {
            return isStamped(address);
        }
        @Nullable String producersAddress = session.getDefaultAddress(); // a Core producer names its address once
        return producersAddress != null && isStamped(SimpleString.of(producersAddress));
    }

    private static boolean isStamped(SimpleString address) {
        for (SimpleString prefix : STAMPED) {
            if (address.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static void stamp(Message message) {
        java.util.UUID id = java.util.UUID.randomUUID();
        if (message instanceof AMQPMessage amqp) {
            if (amqp.getAnnotation(ANNOTATION_KEY) == null) { // a redriven one has it already
                amqp.setAnnotation(ANNOTATION_KEY, id.toString());
                amqp.reencode();
            }
        } else {
            byte[] bytes = ByteBuffer.allocate(16)
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits())
                    .array();
            // All bits random but the version: Artemis writes 1 over it when it reads the message from its journal,
            // so with any other version the id would change at a restart.
            message.setUserID(new UUID(UUID.TYPE_TIME_BASED, bytes));
            message.messageChanged(); // or the journal keeps the bytes that came in
        }
    }
}
