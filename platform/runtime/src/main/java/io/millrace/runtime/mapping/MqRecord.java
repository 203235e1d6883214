package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.envelope.EventMessages;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * A message of a queue as functions know messages of ActiveMQ (lambda-semantics 3.11), with the members and types that
 * the event classes of AWS for Java, Go and Python read.
 */
final class MqRecord {
    /** The body. */
    static final String DATA = "data";

    private static final String ID_PREFIX = "ID:";
    private static final String OF_THE_BROKER = "_AMQ_";
    private static final int NON_PERSISTENT = 1;
    private static final int PERSISTENT = 2;

    private MqRecord() {}

    /** Empty for a message that is neither text nor bytes. */
    static Optional<ObjectNode> of(Message message, String id, String queue, Instant receivedFirst, Instant now) {
        return JmsBody.of(message).map(body -> record(message, id, queue, body, receivedFirst, now));
    }

    private static ObjectNode record(
            Message message, String id, String queue, JmsBody body, Instant receivedFirst, Instant now) {
        Instant received = EventMessages.receivedAt(message).orElse(receivedFirst);
        ObjectNode record = JsonNodeFactory.instance.objectNode();
        record.put("messageID", messageId(message, id))
                .put("messageType", body.type())
                .put("timestamp", message.getCreationTime() > 0 ? message.getCreationTime() : received.toEpochMilli())
                .put("deliveryMode", message.isDurable() ? PERSISTENT : NON_PERSISTENT)
                .put("correlationID", text(message.getCorrelationId()))
                .put("replyTo", message.getReplyTo());
        record.putObject("destination").put("physicalName", queue);
        record.put("redelivered", message.getDeliveryCount() > 0)
                .put("type", message.getSubject())
                .put("expiration", message.getExpiryTime())
                .put("priority", message.getPriority())
                .put(DATA, Base64.getEncoder().encodeToString(body.bytes()))
                .put("brokerInTime", received.toEpochMilli())
                .put("brokerOutTime", now.toEpochMilli());
        addProperties(record.putObject("properties"), message);
        return record;
    }

    /** The sender's, where it is a text; else one that is the same at every delivery. */
    private static String messageId(Message message, String id) {
        String own = message.getMessageId() instanceof String text ? text : id;
        return own.startsWith(ID_PREFIX) ? own : ID_PREFIX + own;
    }

    private static @Nullable String text(@Nullable Object value) {
        if (value instanceof Binary binary) {
            byte[] bytes = new byte[binary.getLength()];
            binary.asByteBuffer().get(bytes);
            return Base64.getEncoder().encodeToString(bytes);
        }
        return value == null ? null : value.toString();
    }

    /** As texts, whatever the sender made them. */
    private static void addProperties(ObjectNode properties, Message message) {
        new TreeMap<>(EventMessages.properties(message)).forEach((name, value) -> {
            if (value != null && !name.startsWith(OF_THE_BROKER)) {
                properties.put(name, text(value));
            }
        });
    }
}
