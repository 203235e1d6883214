package io.millrace.deadletter;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** Makes dead letters of messages, whoever wrote them: a worker, the broker, or a client of any protocol. */
final class DeadLetterReader {
    /** Among the headers of a message that is no AMQP message: what is wrong with it. */
    static final String UNREADABLE = "unreadable";

    private static final Symbol ORIGIN_QUEUE_NOTE = Symbol.valueOf("x-opt-ORIG-QUEUE");
    private static final Symbol ORIGIN_NUMBER_NOTE = Symbol.valueOf("x-opt-ORIG-MESSAGE-ID");
    private static final String ORIGIN_NUMBER = "_AMQ_ORIG_MESSAGE_ID";
    private static final String NUMBER_MARK = "#";
    private static final byte[] NOTHING = {};

    private final String queue;
    private final Optional<FunctionName> functionOfQueue;

    DeadLetterReader(String queue) {
        this.queue = queue;
        this.functionOfQueue = Topology.functionOfDeadLetters(queue);
    }

    DeadLetter read(EncodedLetter encoded) {
        try {
            AmqpSections sections = AmqpSections.of(encoded.bytes());
            Message message = decode(encoded.bytes(), 0, sections.bodyStart());
            return read(message, body(encoded, sections), encoded);
        } catch (RuntimeException malformed) {
            // A decoder fails in many ways; one message that nobody can read must not hide those behind it.
            return unreadable(encoded, malformed);
        }
    }

    private static Message decode(byte[] bytes, int start, int end) {
        Message message = Message.Factory.create();
        message.decode(
                ReadableBuffer.ByteBufferReader.wrap(ByteBuffer.wrap(bytes, start, Math.min(end, bytes.length) - start)
                        .slice()));
        return message;
    }

    private static byte[] body(EncodedLetter letter, AmqpSections sections) {
        List<AmqpSections.Section> body = sections.body();
        byte[] bytes = letter.bytes();
        if (body.isEmpty()) {
            return EventMessages.payload(Message.Factory.create());
        }
        AmqpSections.Section first = body.get(0);
        AmqpSections.Section last = body.get(body.size() - 1);
        if (first.code() == AmqpSections.DATA) {
            return data(bytes, body);
        }
        if (last.end() > bytes.length) {
            return NOTHING;
        }
        if (body.size() == 1) {
            return EventMessages.payload(decode(bytes, first.start(), first.end()));
        }
        List<Object> all = new ArrayList<>();
        for (AmqpSections.Section each : body) {
            if (decode(bytes, each.start(), each.end()).getBody() instanceof AmqpSequence part) {
                all.addAll((List<?>) part.getValue());
            }
        }
        Message message = Message.Factory.create();
        message.setBody(new AmqpSequence(all));
        return EventMessages.payload(message);
    }

    // Without a decoder: it would copy a body of 100 MB once more.
    private static byte[] data(byte[] bytes, List<AmqpSections.Section> sections) {
        int length = 0;
        for (AmqpSections.Section each : sections) {
            length += Math.max(0, Math.min(each.end(), bytes.length) - dataStart(bytes, each));
        }
        byte[] all = new byte[length];
        int filled = 0;
        for (AmqpSections.Section each : sections) {
            int start = dataStart(bytes, each);
            int part = Math.max(0, Math.min(each.end(), bytes.length) - start);
            System.arraycopy(bytes, Math.min(start, bytes.length), all, filled, part);
            filled += part;
        }
        return all;
    }

    // After its constructor and a length of 1 or of 4 bytes.
    private static int dataStart(byte[] bytes, AmqpSections.Section section) {
        boolean isShort = section.value() < bytes.length && (bytes[section.value()] & 0xff) == 0xA0;
        return section.value() + (isShort ? 2 : 5);
    }

    private DeadLetter unreadable(EncodedLetter encoded, RuntimeException why) {
        return new DeadLetter(
                "",
                queue,
                functionOfQueue,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                OptionalLong.empty(),
                encoded.bytes(),
                "",
                Map.of(),
                Map.of(UNREADABLE, String.valueOf(why.getMessage())),
                encoded.bytes(),
                encoded.size());
    }

    private DeadLetter read(Message message, byte[] body, EncodedLetter encoded) {
        Map<String, Object> properties = EventMessages.properties(message);
        OptionalLong brokerNumber = brokerNumber(message, properties);
        Optional<Cause> written = cause(properties);
        boolean diedAgain = brokerNumber.isPresent() && !movedBetweenDeadLetterQueues(message);
        Optional<String> origin = origin(message, properties);
        return new DeadLetter(
                id(message, properties, brokerNumber),
                queue,
                function(properties, origin),
                origin,
                diedAgain ? Optional.empty() : written,
                diedAgain ? written : Optional.empty(),
                number(properties, EventProperties.REDRIVES).orElse(0),
                EventMessages.receivedAt(message),
                brokerNumber,
                body,
                Objects.requireNonNullElse(message.getContentType(), ""),
                new TreeMap<>(properties),
                headers(message),
                encoded.bytes(),
                encoded.size());
    }

    private Optional<FunctionName> function(Map<String, Object> properties, Optional<String> origin) {
        return text(properties, EventProperties.FUNCTION)
                .or(() -> origin.filter(name -> name.startsWith(Topology.INVOKE_PREFIX))
                        .map(name -> name.substring(Topology.INVOKE_PREFIX.length())))
                .filter(name -> FunctionName.PATTERN.matcher(name).matches())
                .map(FunctionName::new)
                .or(() -> functionOfQueue);
    }

    private static Optional<Cause> cause(Map<String, Object> properties) {
        OptionalLong diedAt = number(properties, EventProperties.DIED_AT);
        return diedAt.isEmpty()
                ? Optional.empty()
                : Optional.of(new Cause(
                        text(properties, EventProperties.CONDITION).orElse(""),
                        text(properties, EventProperties.ERROR_TYPE).orElse(""),
                        text(properties, EventProperties.ERROR_MESSAGE).orElse(""),
                        text(properties, EventProperties.STACK_TRACE).orElse(""),
                        number(properties, EventProperties.ATTEMPTS).orElse(0),
                        text(properties, EventProperties.FUNCTION).orElse(""),
                        text(properties, EventProperties.FUNCTION_VERSION).orElse(""),
                        text(properties, EventProperties.FINGERPRINT).orElse(""),
                        Instant.ofEpochMilli(diedAt.getAsLong())));
    }

    private static String id(Message message, Map<String, Object> properties, OptionalLong brokerNumber) {
        return text(properties, EventProperties.REQUEST_ID)
                .or(() -> Optional.ofNullable(message.getMessageId()).map(Object::toString))
                .orElseGet(() -> brokerNumber.isPresent() ? NUMBER_MARK + brokerNumber.getAsLong() : "");
    }

    // The property first, as the broker's selectors do.
    private static Optional<String> origin(Message message, Map<String, Object> properties) {
        return text(properties, EventProperties.ORIGIN_QUEUE)
                .or(() -> note(message, ORIGIN_QUEUE_NOTE).map(Object::toString));
    }

    // Only the broker writes this number, when it moves a message; workers leave it out.
    private static OptionalLong brokerNumber(Message message, Map<String, Object> properties) {
        Object number = note(message, ORIGIN_NUMBER_NOTE).orElse(properties.get(ORIGIN_NUMBER));
        return number instanceof Number known ? OptionalLong.of(known.longValue()) : OptionalLong.empty();
    }

    // Then the cause on it is still that of its death.
    private static boolean movedBetweenDeadLetterQueues(Message message) {
        return note(message, ORIGIN_QUEUE_NOTE)
                .map(Object::toString)
                .filter(DeadLetterQueue::isDeadLetterName)
                .isPresent();
    }

    private static Map<String, Object> headers(Message message) {
        Map<String, Object> headers = new TreeMap<>();
        put(headers, "message-id", message.getMessageId());
        put(headers, "correlation-id", message.getCorrelationId());
        put(headers, "reply-to", message.getReplyTo());
        put(headers, "subject", message.getSubject());
        put(headers, "content-type", message.getContentType());
        put(headers, "content-encoding", message.getContentEncoding());
        put(headers, "group-id", message.getGroupId());
        if (message.getCreationTime() > 0) {
            headers.put("creation-time", Instant.ofEpochMilli(message.getCreationTime()));
        }
        headers.put("priority", message.getPriority());
        headers.put("durable", message.isDurable());
        MessageAnnotations notes = message.getMessageAnnotations();
        if (notes != null && notes.getValue() != null) {
            notes.getValue().forEach((name, value) -> put(headers, name.toString(), value));
        }
        return headers;
    }

    private static void put(Map<String, Object> headers, String name, @Nullable Object value) {
        if (value != null) {
            headers.put(name, value);
        }
    }

    private static Optional<Object> note(Message message, Symbol name) {
        MessageAnnotations notes = message.getMessageAnnotations();
        return notes == null || notes.getValue() == null
                ? Optional.empty()
                : Optional.ofNullable(notes.getValue().get(name));
    }

    private static Optional<String> text(Map<String, Object> properties, String name) {
        return Optional.ofNullable(properties.get(name)).map(Object::toString);
    }

    private static OptionalLong number(Map<String, Object> properties, String name) {
        return properties.get(name) instanceof Number number
                ? OptionalLong.of(number.longValue())
                : OptionalLong.empty();
    }
}
