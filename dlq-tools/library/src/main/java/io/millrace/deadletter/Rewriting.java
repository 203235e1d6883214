package io.millrace.deadletter;

import io.millrace.broker.envelope.EventMessages;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.message.Message;

/** Changes what is before the body of an encoded message; the body stays as it is, byte for byte, unless replaced. */
final class Rewriting {
    private static final int ROOM = 4_096;

    private Rewriting() {}

    /** @param change to a message without a body; its properties can be changed in place */
    static byte[] head(byte[] encoded, Consumer<Message> change) {
        int bodyStart = AmqpSections.of(encoded).bodyStart();
        byte[] head = encoded(changed(encoded, bodyStart, change));
        byte[] whole = Arrays.copyOf(head, head.length + encoded.length - bodyStart);
        System.arraycopy(encoded, bodyStart, whole, head.length, encoded.length - bodyStart);
        return whole;
    }

    static byte[] headAndBody(byte[] encoded, Consumer<Message> change, Section body) {
        Message message = changed(encoded, AmqpSections.of(encoded).bodyStart(), change);
        message.setBody(body);
        return encoded(message);
    }

    private static Message changed(byte[] encoded, int bodyStart, Consumer<Message> change) {
        Message head = Message.Factory.create();
        head.decode(ReadableBuffer.ByteBufferReader.wrap(
                ByteBuffer.wrap(encoded, 0, bodyStart).slice()));
        Map<String, Object> properties = new HashMap<>(EventMessages.properties(head));
        head.setApplicationProperties(new ApplicationProperties(properties));
        // How one link delivered it is nothing to the next.
        head.setDeliveryAnnotations(null);
        change.accept(head);
        if (properties.isEmpty()) {
            head.setApplicationProperties(null);
        }
        return head;
    }

    private static byte[] encoded(Message message) {
        int size = ROOM;
        while (true) {
            byte[] into = new byte[size];
            try {
                return Arrays.copyOf(into, message.encode(into, 0, into.length));
            } catch (BufferOverflowException tooSmall) {
                size *= 4;
            }
        }
    }
}
