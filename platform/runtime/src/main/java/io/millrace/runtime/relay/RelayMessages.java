package io.millrace.runtime.relay;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;

/** What a relay sends. */
final class RelayMessages {
    static final String ERROR_CODE = "ERROR_CODE";
    static final String ERROR_MESSAGE = "ERROR_MESSAGE";
    static final String EXHAUSTED = "EXHAUSTED_RETRY_CONDITION";
    static final String RETRY_ATTEMPTS = "RETRY_ATTEMPTS";

    private RelayMessages() {}

    static Message to(RelayPlan plan, Message received, Passage.Wanted wanted) {
        Map<String, Object> properties = new HashMap<>(wanted.properties());
        plan.target().function().ifPresent(function -> {
            EventMessages.property(received, EventProperties.TRACE)
                    .ifPresent(trace -> properties.put(EventProperties.TRACE, trace));
            function.qualifier().ifPresent(qualifier -> properties.put(EventProperties.QUALIFIER, qualifier));
        });
        return message(
                plan.target(),
                id(plan, received),
                wanted,
                properties,
                plan.retention().orElse(Duration.ZERO));
    }

    static Message deadLetter(
            RelayPlan plan,
            RelayTarget deadLetters,
            Message received,
            Passage.Wanted wanted,
            DeliveryFailure failure,
            String exhausted) {
        Map<String, Object> properties = new HashMap<>(wanted.properties());
        properties.putAll(plan.origin());
        properties.put(ERROR_CODE, failure.code());
        properties.put(ERROR_MESSAGE, failure.message());
        if (!exhausted.isEmpty()) {
            properties.put(EXHAUSTED, exhausted);
        }
        properties.put(RETRY_ATTEMPTS, Integer.toString(EventMessages.attempt(received) - 1));
        return message(deadLetters, id(plan, received), wanted, properties, Duration.ZERO);
    }

    private static Message message(
            RelayTarget target, String id, Passage.Wanted wanted, Map<String, Object> properties, Duration retention) {
        Message message = EventMessages.durable(id, wanted.body(), Map.of(), retention.isZero() ? null : retention);
        message.setAddress(target.address());
        message.setContentType(wanted.contentType());
        wanted.subject().ifPresent(message::setSubject);
        if (!properties.isEmpty()) {
            message.setApplicationProperties(new ApplicationProperties(properties));
        }
        return message;
    }

    /** The same at every try, and another for each relay. */
    private static String id(RelayPlan plan, Message received) {
        String text = EventMessages.id(received) + "/" + plan.queue();
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
