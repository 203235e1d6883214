package io.millrace.runtime.topic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;

/**
 * Messages of a topic on the broker. Any message is one: its body is the text, its subject the subject, its properties
 * the attributes. What clients of the HTTP API gave as types of attributes, which properties cannot carry, is a property
 * of its own.
 */
final class TopicMessages {
    static final String TEXT = "text/plain;charset=utf-8";
    /** Attribute of a message whose body is not text: it stands as Base64 then. */
    static final String BODY_ENCODING = "MillraceBodyEncoding";

    private static final String TYPED = "millrace_attributes";
    private static final String OF_THE_BROKER = "_AMQ_";
    private static final String TYPE = "Type";
    private static final String VALUE = "Value";
    private static final ObjectMapper JSON = new ObjectMapper();

    private TopicMessages() {}

    static Message write(String id, TopicMessage message, Optional<String> trace) {
        Message written = EventMessages.durable(id, message.text().getBytes(StandardCharsets.UTF_8), Map.of(), null);
        written.setContentType(TEXT);
        message.subject().ifPresent(written::setSubject);
        Map<String, Object> properties = new HashMap<>(properties(message));
        if (!message.attributes().isEmpty()) {
            ObjectNode typed = JSON.createObjectNode();
            message.attributes()
                    .forEach((name, attribute) ->
                            typed.putObject(name).put(TYPE, attribute.type()).put(VALUE, attribute.value()));
            properties.put(TYPED, typed.toString());
        }
        trace.ifPresent(header -> properties.put(EventProperties.TRACE, header));
        if (!properties.isEmpty()) {
            written.setApplicationProperties(new ApplicationProperties(properties));
        }
        return written;
    }

    /** Attributes as properties of a message. */
    static Map<String, Object> properties(TopicMessage message) {
        Map<String, Object> properties = new HashMap<>();
        message.attributes().forEach((name, attribute) -> {
            if (!name.startsWith(OF_THE_BROKER)) {
                properties.put(name, property(attribute));
            }
        });
        return properties;
    }

    private static Object property(TopicAttribute attribute) {
        if (attribute.type().startsWith(TopicAttribute.NUMBER)) {
            BigDecimal number = new BigDecimal(attribute.value());
            boolean isWhole = number.stripTrailingZeros().scale() <= 0 && number.precision() - number.scale() <= 18;
            return isWhole ? (Object) number.longValue() : (Object) number.doubleValue();
        }
        return attribute.type().startsWith(TopicAttribute.BINARY)
                ? new Binary(Base64.getDecoder().decode(attribute.value()))
                : attribute.value();
    }

    static TopicMessage read(Message message) {
        TreeMap<String, TopicAttribute> attributes = new TreeMap<>();
        Map<String, Object> properties = EventMessages.properties(message);
        if (!(properties.get(TYPED) instanceof String typed) || !readTyped(typed, attributes)) {
            properties.forEach((name, value) -> {
                if (value != null && !name.startsWith(OF_THE_BROKER) && !name.equals(EventProperties.TRACE)) {
                    attributes.put(name, attribute(value));
                }
            });
        }
        String text = text(message, attributes);
        return new TopicMessage(text, Optional.ofNullable(message.getSubject()), attributes);
    }

    /** False for what was not written here. */
    private static boolean readTyped(String text, Map<String, TopicAttribute> attributes) {
        Map<String, TopicAttribute> read = new HashMap<>();
        try {
            for (Map.Entry<String, JsonNode> each : JSON.readTree(text).properties()) {
                JsonNode attribute = each.getValue();
                read.put(
                        each.getKey(),
                        new TopicAttribute(
                                attribute.path(TYPE).asText(),
                                attribute.path(VALUE).asText()));
            }
        } catch (JsonProcessingException notOurs) {
            return false;
        }
        if (!read.values().stream().allMatch(TopicAttribute::isValid)) {
            return false;
        }
        attributes.putAll(read);
        return true;
    }

    private static TopicAttribute attribute(Object value) {
        if (value instanceof Binary binary) {
            byte[] bytes = new byte[binary.getLength()];
            binary.asByteBuffer().get(bytes);
            return new TopicAttribute(TopicAttribute.BINARY, Base64.getEncoder().encodeToString(bytes));
        }
        return new TopicAttribute(
                value instanceof Number ? TopicAttribute.NUMBER : TopicAttribute.STRING, value.toString());
    }

    private static String text(Message message, Map<String, TopicAttribute> attributes) {
        if (message.getBody() == null) {
            return "";
        }
        byte[] bytes = EventMessages.payload(message);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notText) {
            attributes.put(BODY_ENCODING, new TopicAttribute(TopicAttribute.STRING, "base64"));
            return Base64.getEncoder().encodeToString(bytes);
        }
    }
}
