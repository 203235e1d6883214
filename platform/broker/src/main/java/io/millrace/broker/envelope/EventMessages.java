package io.millrace.broker.envelope;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.millrace.core.invocation.StoredPayload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Events as messages and messages as events. Any message is an event: its body is the payload, byte for byte where it
 * is binary or text, as JSON where it is a map or a list.
 */
public final class EventMessages {
    private static final ObjectMapper JSON =
            new ObjectMapper().registerModule(new SimpleModule().addSerializer(Binary.class, new BinaryAsBase64()));
    private static final byte[] EMPTY_EVENT = {'{', '}'};
    private static final Symbol JSON_CONTENT = Symbol.valueOf("application/json");
    private static final Symbol STAMPED_ID = Symbol.valueOf(EventProperties.STAMPED_ID);
    private static final Symbol INGRESS_TIME = Symbol.valueOf(EventProperties.INGRESS_TIME);
    private static final Symbol ORIGIN = Symbol.valueOf("x-opt-ORIG-ADDRESS");
    private static final int UUID_LENGTH = 36;
    private static final String CLIENT_ID_PREFIX = "ID:";
    // Of the payload; the rest would only cost time.
    private static final int IDENTIFYING_BYTES = 1_024;

    private EventMessages() {}

    /** @param maximumAge the broker gives the event up after this; null leaves that to the broker's settings */
    public static Message durable(
            String id, byte[] payload, Map<String, String> properties, @Nullable Duration maximumAge) {
        Message message = message(id, payload, properties);
        message.setDurable(true);
        long now = System.currentTimeMillis();
        message.setCreationTime(now);
        if (maximumAge != null) {
            // Set here, so that the broker need not encode the message anew to add it.
            message.setExpiryTime(now + maximumAge.toMillis());
        }
        return message;
    }

    /** A message that need not survive the broker. */
    public static Message transientMessage(String id, byte[] payload, Map<String, String> properties) {
        return message(id, payload, properties);
    }

    private static Message message(String id, byte[] payload, Map<String, String> properties) {
        Message message = Message.Factory.create();
        message.setMessageId(id);
        message.setContentType(JSON_CONTENT.toString());
        message.setBody(new Data(new Binary(payload)));
        if (!properties.isEmpty()) {
            message.setApplicationProperties(new ApplicationProperties(new HashMap<>(properties)));
        }
        return message;
    }

    /** The event in {@code message}; an absent body is the empty object. */
    public static byte[] payload(Message message) {
        Section body = message.getBody();
        if (body instanceof Data data) {
            return data.getValue() == null ? EMPTY_EVENT : bytes(data.getValue());
        }
        if (body instanceof AmqpValue value) {
            return valueBytes(value.getValue());
        }
        if (body instanceof AmqpSequence sequence) {
            return json(sequence.getValue());
        }
        return EMPTY_EVENT;
    }

    /** Whether the event has more than {@code limit} bytes; copies nothing of one that is binary or text. */
    public static boolean isLarger(Message message, int limit) {
        if (message.getBody() instanceof Data data) {
            return data.getValue() != null && data.getValue().getLength() > limit;
        }
        if (message.getBody() instanceof AmqpValue value && value.getValue() instanceof String text) {
            // A character has three bytes at most; with its other half, four for the two.
            return text.length() > limit / 3 && Utf8.bytes(text) > limit;
        }
        return payload(message).length > limit;
    }

    /** The file that holds the event instead of the message; empty for nearly all, which pay a look at a map. */
    public static Optional<StoredPayload> storedPayload(Message message) {
        return properties(message).get(EventProperties.PAYLOAD) instanceof String text
                ? StoredPayload.parse(text).filter(stored -> stored.isMeantBy(payload(message)))
                : Optional.empty();
    }

    private static byte[] valueBytes(@Nullable Object value) {
        if (value == null) {
            return EMPTY_EVENT;
        }
        if (value instanceof String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        if (value instanceof Binary binary) {
            return bytes(binary);
        }
        return json(value);
    }

    private static byte[] bytes(Binary binary) {
        if (binary.getArrayOffset() == 0 && binary.getLength() == binary.getArray().length) {
            return binary.getArray();
        }
        byte[] copy = new byte[binary.getLength()];
        System.arraycopy(binary.getArray(), binary.getArrayOffset(), copy, 0, copy.length);
        return copy;
    }

    private static byte[] json(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException notRepresentable) {
            return valueBytes(String.valueOf(value));
        }
    }

    /**
     * The id of the event, a UUID in text, the same at every delivery. An id that is a UUID is taken as it is, with or
     * without the {@code ID:} of messaging clients. Other ids may be given out twice (a client that counts from 1 at
     * every start), so they become a UUID by name together with the message's time and content.
     */
    public static String id(Message message) {
        // Written when it died: the time of receipt, of which an id may be made, is another after a redrive.
        if (properties(message).get(EventProperties.REQUEST_ID) instanceof String died && isUuid(died)) {
            return died;
        }
        Object id = message.getMessageId();
        if (id == null) {
            id = annotation(message, STAMPED_ID);
        }
        if (id instanceof UUID uuid) {
            return uuid.toString();
        }
        if (id instanceof String text) {
            String bare = text.startsWith(CLIENT_ID_PREFIX) ? text.substring(CLIENT_ID_PREFIX.length()) : text;
            if (isUuid(bare)) {
                return bare;
            }
        }
        return byContent(message, String.valueOf(id));
    }

    private static String byContent(Message message, String id) {
        byte[] payload = payload(message);
        byte[] head = (id + "/" + annotation(message, INGRESS_TIME) + "/" + message.getCreationTime() + "/"
                        + payload.length + "/")
                .getBytes(StandardCharsets.UTF_8);
        byte[] identity = Arrays.copyOf(head, head.length + Math.min(payload.length, IDENTIFYING_BYTES));
        System.arraycopy(payload, 0, identity, head.length, identity.length - head.length);
        return named(identity);
    }

    private static String named(byte[] bytes) {
        return UUID.nameUUIDFromBytes(bytes).toString();
    }

    private static boolean isUuid(String text) {
        if (text.length() != UUID_LENGTH) {
            return false;
        }
        for (int i = 0; i < UUID_LENGTH; i++) {
            char c = text.charAt(i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash ? c != '-' : Character.digit(c, 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Object annotation(Message message, Symbol name) {
        return message.getMessageAnnotations() == null
                ? null
                : message.getMessageAnnotations().getValue().get(name);
    }

    /** Which handing-over this is, from 1; the broker counts failed ones before it. */
    public static int attempt(Message message) {
        return (int) Math.min(Integer.MAX_VALUE, message.getDeliveryCount() + 1);
    }

    /** When the event is older than its maximum age: its expiry, else {@code maximumAge} after its receipt. */
    public static Instant giveUpAt(Message message, Duration maximumAge) {
        long expiry = message.getExpiryTime();
        if (expiry > 0) {
            return Instant.ofEpochMilli(expiry);
        }
        return receivedAt(message).map(received -> received.plus(maximumAge)).orElse(Instant.MAX);
    }

    /**
     * When the broker took the event into the queue it is in now, where its policy lets it note that. Empty for one that
     * was moved there, such as a redriven dead letter: what is noted on it is when it came to another queue.
     */
    public static Optional<Instant> enteredQueueAt(Message message) {
        boolean wasMoved =
                annotation(message, ORIGIN) != null || properties(message).containsKey(EventProperties.DIED_AT);
        return wasMoved ? Optional.empty() : ingressTime(message);
    }

    /** When the event was accepted, by the broker's clock where it told, else by the publisher's. */
    public static Optional<Instant> receivedAt(Message message) {
        Optional<Instant> created = message.getCreationTime() > 0
                ? Optional.of(Instant.ofEpochMilli(message.getCreationTime()))
                : Optional.empty();
        return ingressTime(message).or(() -> created);
    }

    private static Optional<Instant> ingressTime(Message message) {
        Object received = annotation(message, INGRESS_TIME);
        if (received instanceof Long millis) {
            return Optional.of(Instant.ofEpochMilli(millis));
        }
        return received instanceof Date date ? Optional.of(date.toInstant()) : Optional.empty();
    }

    /** A text property, if the message has it. */
    public static Optional<String> property(Message message, String name) {
        return Optional.ofNullable(properties(message).get(name)).map(Object::toString);
    }

    /** The message's properties; empty, never null. */
    public static Map<String, Object> properties(Message message) {
        ApplicationProperties properties = message.getApplicationProperties();
        return properties == null || properties.getValue() == null ? Map.of() : properties.getValue();
    }

    /** Names every property of an event that a function's attributes may carry. */
    public static List<String> attributeNames() {
        return List.of(EventProperties.TRACE);
    }
}
