package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.envelope.EventProperties;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.qpid.proton.amqp.Binary;

/**
 * A message's properties as attributes of SQS: numbers, bytes, and texts for all else. What is the broker's own, and the
 * trace header, which has a place of its own, are not among them.
 *
 * @param md5 by the rule of SQS, which clients check; empty where there are none
 */
record MessageAttributes(ObjectNode json, Optional<String> md5) {
    private static final String OF_THE_BROKER = "_AMQ_";
    private static final byte TEXT = 1;
    private static final byte BYTES = 2;

    static MessageAttributes of(Map<String, Object> properties) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ByteArrayOutputStream digested = new ByteArrayOutputStream();
        new TreeMap<>(properties).forEach((name, value) -> {
            if (value != null && !name.startsWith(OF_THE_BROKER) && !name.equals(EventProperties.TRACE)) {
                add(json.putObject(name), name, value, digested);
            }
        });
        return new MessageAttributes(
                json, json.isEmpty() ? Optional.empty() : Optional.of(Md5.hex(digested.toByteArray())));
    }

    private static void add(ObjectNode attribute, String name, Object value, ByteArrayOutputStream digested) {
        String type = value instanceof Binary ? "Binary" : value instanceof Number ? "Number" : "String";
        digest(digested, utf8(name));
        digest(digested, utf8(type));
        if (value instanceof Binary binary) {
            byte[] bytes = new byte[binary.getLength()];
            binary.asByteBuffer().get(bytes);
            attribute.put("binaryValue", Base64.getEncoder().encodeToString(bytes));
            digested.write(BYTES);
            digest(digested, bytes);
        } else {
            attribute.put("stringValue", value.toString());
            digested.write(TEXT);
            digest(digested, utf8(value.toString()));
        }
        attribute.putArray("stringListValues");
        attribute.putArray("binaryListValues");
        attribute.put("dataType", type);
    }

    private static void digest(ByteArrayOutputStream digested, byte[] part) {
        digested.writeBytes(
                ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
        digested.writeBytes(part);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
