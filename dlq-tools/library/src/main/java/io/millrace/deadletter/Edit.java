package io.millrace.deadletter;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.envelope.EventProperties;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.message.Message;

/**
 * What is to be changed in one dead letter. The result is a new message, with an id of its own and without the cause,
 * that names the old one.
 *
 * @param headers properties by name; also {@code content-type}, {@code subject}, {@code correlation-id} and {@code
 *     reply-to}. A property keeps its type; a new one is text
 * @param json pointers into a JSON body (RFC 6901) and what is to be there: JSON, else text
 * @param body the whole new body, before {@code json}; empty for the old one
 */
public record Edit(Map<String, String> headers, Map<String, String> json, Optional<byte[]> body) {
    /** On an edited message: the id of the dead letter it was made of. */
    public static final String EDITED_FROM = "dlq_edited_from";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> OWN = Set.of(
            EventProperties.CONDITION,
            EventProperties.ERROR_TYPE,
            EventProperties.ERROR_MESSAGE,
            EventProperties.STACK_TRACE,
            EventProperties.FINGERPRINT,
            EventProperties.ATTEMPTS,
            EventProperties.FUNCTION,
            EventProperties.FUNCTION_VERSION,
            EventProperties.REQUEST_ID,
            EventProperties.DIED_AT,
            EventProperties.REDRIVES,
            EDITED_FROM,
            Stamping.JOB,
            Import.ID);
    private static final String OF_BROKER = "_AMQ_";

    public Edit {
        headers = Map.copyOf(headers);
        json = Map.copyOf(json);
        headers.keySet().stream().filter(Edit::isOwn).findFirst().ifPresent(name -> {
            throw new RefusedException(
                    "header '" + name + "' is the broker's or ours, expected one of the event's own");
        });
    }

    private static boolean isOwn(String name) {
        return OWN.contains(name) || name.startsWith(OF_BROKER) || name.isBlank();
    }

    /** The new message, encoded, for {@code target}. Fails with RefusedException where that cannot be done exactly. */
    byte[] apply(DeadLetter letter, String target) {
        if (letter.isCut()) {
            throw new RefusedException("dead letter '" + letter.id() + "' was read in part only; nothing was changed");
        }
        Consumer<Message> head = message -> head(message, letter, target);
        if (body.isEmpty() && json.isEmpty()) {
            return Rewriting.head(letter.encoded(), head);
        }
        return Rewriting.headAndBody(letter.encoded(), head, section(letter, bytes(letter)));
    }

    private void head(Message message, DeadLetter letter, String target) {
        Map<String, Object> properties = message.getApplicationProperties().getValue();
        properties.keySet().removeIf(Edit::isOwn);
        headers.forEach((name, value) -> set(message, properties, name, value));
        properties.put(EDITED_FROM, letter.id());
        message.setMessageId(UUID.randomUUID().toString());
        message.setAddress(target);
        message.setDurable(true);
        message.setMessageAnnotations(Annotations.withoutOrigin(message));
    }

    private static void set(Message message, Map<String, Object> properties, String name, String value) {
        switch (name) {
            case "content-type" -> message.setContentType(value);
            case "subject" -> message.setSubject(value);
            case "correlation-id" -> message.setCorrelationId(value);
            case "reply-to" -> message.setReplyTo(value);
            default -> properties.merge(name, value, (old, text) -> typed(name, old, value));
        }
    }

    private static Object typed(String name, Object old, String value) {
        try {
            if (old instanceof Long) {
                return Long.valueOf(value);
            }
            if (old instanceof Integer) {
                return Integer.valueOf(value);
            }
            if (old instanceof Double) {
                return Double.valueOf(value);
            }
        } catch (NumberFormatException wrong) {
            throw new RefusedException(
                    "header '" + name + "' is a number, '" + value + "' is none; nothing was changed");
        }
        if (old instanceof Boolean) {
            if (!value.equals("true") && !value.equals("false")) {
                throw new RefusedException(
                        "header '" + name + "' is true or false, '" + value + "' is neither; nothing was changed");
            }
            return Boolean.valueOf(value);
        }
        if (old instanceof String) {
            return value;
        }
        throw new RefusedException("header '" + name + "' has the type "
                + old.getClass().getSimpleName() + ", which cannot be edited; nothing was changed");
    }

    private byte[] bytes(DeadLetter letter) {
        byte[] start = body.orElseGet(letter::body);
        if (json.isEmpty()) {
            return start;
        }
        JsonNode root = json(start, letter);
        for (Map.Entry<String, String> each : json.entrySet()) {
            put(root, pointer(each.getKey()), value(each.getValue()));
        }
        try {
            return JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static JsonNode json(byte[] body, DeadLetter letter) {
        try {
            JsonNode read = JSON.readTree(body);
            if (read != null && read.isContainerNode()) {
                return read;
            }
        } catch (IOException notJson) {
            throw new RefusedException("the body of dead letter '" + letter.id() + "' is no JSON; nothing was changed");
        }
        throw new RefusedException(
                "the body of dead letter '" + letter.id() + "' is no JSON object or array; nothing was changed");
    }

    private static JsonPointer pointer(String text) {
        try {
            JsonPointer pointer = JsonPointer.compile(text);
            if (!pointer.matches()) {
                return pointer;
            }
        } catch (IllegalArgumentException wrong) {
            throw new RefusedException(
                    "'" + text + "' is no JSON pointer, expected one such as /order/id; nothing was changed");
        }
        throw new RefusedException("a JSON pointer is empty, expected one such as /order/id; nothing was changed");
    }

    private static JsonNode value(String text) {
        try {
            JsonNode read = JSON.readTree(text);
            return read == null || read.isMissingNode() ? JSON.getNodeFactory().textNode(text) : read;
        } catch (JsonProcessingException notJson) {
            return JSON.getNodeFactory().textNode(text);
        }
    }

    private static void put(JsonNode root, JsonPointer pointer, JsonNode value) {
        JsonNode parent = root.at(pointer.head());
        JsonPointer last = pointer.last();
        if (parent instanceof ObjectNode object) {
            object.set(last.getMatchingProperty(), value);
        } else if (parent instanceof ArrayNode array
                && last.getMatchingIndex() >= 0
                && last.getMatchingIndex() < array.size()) {
            array.set(last.getMatchingIndex(), value);
        } else {
            throw new RefusedException("there is no '" + pointer + "' in the body; nothing was changed");
        }
    }

    // Text stays text for clients that tell the two apart; what only its own client can write is not written here.
    private static Section section(DeadLetter letter, byte[] bytes) {
        List<AmqpSections.Section> sections = AmqpSections.of(letter.encoded()).body();
        boolean isData = sections.isEmpty() || sections.get(0).code() == AmqpSections.DATA;
        ReadableBody.Kind kind = ReadableBody.of(letter).kind();
        if (kind == ReadableBody.Kind.JAVA_OBJECT || kind == ReadableBody.Kind.AMQP_VALUE || sections.size() > 1) {
            throw new RefusedException("the body of dead letter '" + letter.id()
                    + "' is neither text nor bytes, so only its headers can be edited; nothing was changed");
        }
        if (isData) {
            return new Data(new Binary(bytes));
        }
        try {
            return new AmqpValue(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException notText) {
            throw new RefusedException(
                    "the body of dead letter '" + letter.id() + "' is text, the new one is not; nothing was changed");
        }
    }
}
