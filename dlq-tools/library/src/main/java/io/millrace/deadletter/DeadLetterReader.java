package io.millrace.deadletter;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** Makes dead letters of messages, whoever wrote them: a worker, the broker, or a client of any protocol. */
final class DeadLetterReader {
    private static final String ORIGIN_QUEUE_NOTE = "x-opt-ORIG-QUEUE";
    private static final String ORIGIN_NUMBER_NOTE = "x-opt-ORIG-MESSAGE-ID";
    private static final String ORIGIN_NUMBER = "_AMQ_ORIG_MESSAGE_ID";
    private static final String NUMBER_MARK = "#";

    private final String queue;

    DeadLetterReader(String queue) {
        this.queue = queue;
    }

    DeadLetter read(Message message) {
        Map<String, Object> properties = EventMessages.properties(message);
        OptionalLong brokerNumber = brokerNumber(message);
        Optional<Cause> written = cause(properties);
        boolean diedAgain = brokerNumber.isPresent() && !movedBetweenDeadLetterQueues(message);
        Optional<String> origin = origin(message);
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
                EventMessages.payload(message),
                Objects.requireNonNullElse(message.getContentType(), ""),
                new TreeMap<>(properties),
                headers(message));
    }

    private Optional<FunctionName> function(Map<String, Object> properties, Optional<String> origin) {
        return text(properties, EventProperties.FUNCTION)
                .or(() -> origin.filter(name -> name.startsWith(Topology.INVOKE_PREFIX))
                        .map(name -> name.substring(Topology.INVOKE_PREFIX.length())))
                .filter(name -> FunctionName.PATTERN.matcher(name).matches())
                .map(FunctionName::new)
                .or(() -> Topology.functionOfDeadLetters(queue));
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
    private static Optional<String> origin(Message message) {
        return EventMessages.property(message, EventProperties.ORIGIN_QUEUE)
                .or(() -> note(message, ORIGIN_QUEUE_NOTE).map(Object::toString));
    }

    // Only the broker writes this number, when it moves a message; workers leave it out.
    private static OptionalLong brokerNumber(Message message) {
        Object number = note(message, ORIGIN_NUMBER_NOTE)
                .orElse(EventMessages.properties(message).get(ORIGIN_NUMBER));
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

    private static Optional<Object> note(Message message, String name) {
        MessageAnnotations notes = message.getMessageAnnotations();
        return notes == null || notes.getValue() == null
                ? Optional.empty()
                : Optional.ofNullable(notes.getValue().get(Symbol.valueOf(name)));
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
