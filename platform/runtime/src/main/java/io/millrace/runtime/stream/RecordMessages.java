package io.millrace.runtime.stream;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;

/** Records, and the ends of segments, as messages. */
final class RecordMessages {
    private static final String SEQUENCE = "mr_seq";
    private static final String TIME = "mr_time";
    private static final String KEY = "mr_key";
    /** Behind every record, so that every selector for later records lets it through. */
    private static final long END = Long.MAX_VALUE;

    private RecordMessages() {}

    static Message of(StreamRecord record) {
        Message message = message(Map.of(
                SEQUENCE,
                record.sequence().value(),
                TIME,
                record.arrived().toEpochMilli(),
                KEY,
                record.partitionKey()));
        message.setBody(new Data(new Binary(record.data())));
        return message;
    }

    /** What is behind it in a segment's queue does not count, for no reader. */
    static Message end() {
        Message message = message(Map.of(SEQUENCE, END));
        message.setBody(new Data(new Binary(new byte[0])));
        return message;
    }

    private static Message message(Map<String, Object> properties) {
        Message message = Message.Factory.create();
        message.setDurable(true);
        message.setApplicationProperties(new ApplicationProperties(new HashMap<>(properties)));
        return message;
    }

    static boolean isEnd(Message message) {
        return number(message, SEQUENCE) == END;
    }

    /** @throws IllegalArgumentException if it is none: somebody else put it there */
    static StreamRecord record(Message message) {
        if (!(message.getBody() instanceof Data data)
                || !(message.getApplicationProperties().getValue().get(KEY) instanceof String key)) {
            throw new IllegalArgumentException("message in a stream's segment is no record");
        }
        Binary binary = data.getValue();
        byte[] bytes = new byte[binary.getLength()];
        System.arraycopy(binary.getArray(), binary.getArrayOffset(), bytes, 0, bytes.length);
        return new StreamRecord(
                new SequenceNumber(number(message, SEQUENCE)), key, bytes, Instant.ofEpochMilli(number(message, TIME)));
    }

    private static long number(Message message, String property) {
        if (message.getApplicationProperties().getValue().get(property) instanceof Long number) {
            return number;
        }
        throw new IllegalArgumentException("message in a stream's segment has no number " + property);
    }

    /**
     * Lets through, of a segment, the records behind a place that came at a time or later, whatever is behind another
     * place, and the end.
     */
    static String selector(SequenceNumber behind, Instant from, SequenceNumber always) {
        return SEQUENCE + " > " + behind + " AND (" + TIME + " >= " + from.toEpochMilli() + " OR " + SEQUENCE + " >= "
                + always + ")";
    }
}
