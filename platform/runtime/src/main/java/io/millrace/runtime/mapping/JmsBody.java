package io.millrace.runtime.mapping;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * A body as clients of JMS see it, by the rules of AMQP's mapping to JMS: what the sender noted on the message counts
 * first, and then what the body is.
 *
 * @param type as ActiveMQ's events call it
 * @param bytes of a text in UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // Written once, never compared.
record JmsBody(String type, byte[] bytes) {
    static final String TEXT = "jms/text-message";
    static final String BYTES = "jms/bytes-message";

    private static final Symbol NOTED_TYPE = Symbol.valueOf("x-opt-jms-msg-type");
    private static final int NOTED_BYTES = 3;
    private static final int NOTED_TEXT = 5;
    private static final String JAVA_OBJECT = "application/x-java-serialized-object";

    /** Empty for maps, streams, objects, and messages of JMS that have no body at all. */
    static Optional<JmsBody> of(Message message) {
        Object noted = message.getMessageAnnotations() == null
                ? null
                : message.getMessageAnnotations().getValue().get(NOTED_TYPE);
        if (noted instanceof Number type && type.intValue() != NOTED_BYTES && type.intValue() != NOTED_TEXT) {
            return Optional.empty();
        }
        boolean isNotedText = noted instanceof Number type && type.intValue() == NOTED_TEXT;
        return of(message.getBody(), isNotedText, message.getContentType());
    }

    private static Optional<JmsBody> of(@Nullable Section body, boolean isNotedText, @Nullable String contentType) {
        if (body == null) {
            return Optional.of(new JmsBody(isNotedText ? TEXT : BYTES, new byte[0]));
        }
        if (body instanceof Data data) {
            boolean isText = isNotedText || isText(contentType);
            return JAVA_OBJECT.equals(contentType)
                    ? Optional.empty()
                    : Optional.of(new JmsBody(isText ? TEXT : BYTES, bytes(data.getValue())));
        }
        if (body instanceof AmqpValue value) {
            return ofValue(value.getValue());
        }
        return Optional.empty();
    }

    private static Optional<JmsBody> ofValue(@Nullable Object value) {
        if (value == null) {
            return Optional.of(new JmsBody(TEXT, new byte[0]));
        }
        if (value instanceof String text) {
            return Optional.of(new JmsBody(TEXT, text.getBytes(StandardCharsets.UTF_8)));
        }
        return value instanceof Binary binary ? Optional.of(new JmsBody(BYTES, bytes(binary))) : Optional.empty();
    }

    private static boolean isText(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return type.startsWith("text/")
                || type.equals("application/json")
                || type.equals("application/xml")
                || type.endsWith("+json")
                || type.endsWith("+xml");
    }

    private static byte[] bytes(@Nullable Binary binary) {
        if (binary == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[binary.getLength()];
        binary.asByteBuffer().get(bytes);
        return bytes;
    }
}
