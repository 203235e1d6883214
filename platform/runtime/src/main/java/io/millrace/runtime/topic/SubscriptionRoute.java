package io.millrace.runtime.topic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.runtime.pattern.EventPattern;
import io.millrace.runtime.relay.Passage;
import io.millrace.runtime.relay.Route;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;

/** What one subscriber gets of a topic's messages, in the shapes of SNS. */
final class SubscriptionRoute implements Route {
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Publishers make them up.
            .build());
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    /** Nothing is signed here. */
    private static final String UNSIGNED = "";

    private final Subscription subscription;
    private final String topicArn;
    private final String subscriptionArn;
    private final Optional<EventPattern> filter;
    private final InstantSource clock;

    SubscriptionRoute(Subscription subscription, TopicArns arns, InstantSource clock) {
        this.subscription = subscription;
        this.topicArn = arns.of(subscription.topic());
        this.subscriptionArn = arns.of(subscription);
        this.filter = subscription.settings().filterPolicy().map(EventPattern::new);
        this.clock = clock;
    }

    @Override
    public Passage pass(Message received) {
        TopicMessage message = TopicMessages.read(received);
        if (!isWanted(message)) {
            return Passage.UNWANTED;
        }
        if (subscription.protocol().equals(Subscription.LAMBDA)) {
            return Passage.Wanted.json(utf8(event(received, message).toString()));
        }
        if (subscription.settings().raw()) {
            return new Passage.Wanted(
                    utf8(message.text()), TopicMessages.TEXT, message.subject(), TopicMessages.properties(message));
        }
        return Passage.Wanted.json(utf8(notification(received, message).toString()));
    }

    private boolean isWanted(TopicMessage message) {
        if (filter.isEmpty()) {
            return true;
        }
        Optional<JsonNode> looked = subscription.settings().scope() == FilterScope.MESSAGE_BODY
                ? object(message.text())
                : Optional.of(attributes(message));
        return looked.filter(filter.get()::matches).isPresent();
    }

    private static Optional<JsonNode> object(String text) {
        return json(text).filter(JsonNode::isObject);
    }

    private static Optional<JsonNode> json(String text) {
        try {
            return Optional.ofNullable(JSON.readTree(text));
        } catch (JsonProcessingException plain) {
            return Optional.empty();
        }
    }

    /** Bytes are never looked at. */
    private static ObjectNode attributes(TopicMessage message) {
        ObjectNode looked = JSON.createObjectNode();
        message.attributes().forEach((name, attribute) -> {
            String value = attribute.value();
            if (attribute.type().startsWith(TopicAttribute.NUMBER)
                    || attribute.type().equals(TopicAttribute.ARRAY)) {
                json(value).ifPresentOrElse(node -> looked.set(name, node), () -> looked.put(name, value));
            } else if (!attribute.type().startsWith(TopicAttribute.BINARY)) {
                looked.put(name, value);
            }
        });
        return looked;
    }

    private ObjectNode event(Message received, TopicMessage message) {
        ObjectNode event = JSON.createObjectNode();
        ObjectNode record = event.putArray("Records").addObject();
        record.put("EventSource", "aws:sns").put("EventVersion", "1.0").put("EventSubscriptionArn", subscriptionArn);
        ObjectNode sns = record.putObject("Sns")
                .put("Type", "Notification")
                .put("MessageId", EventMessages.id(received))
                .put("TopicArn", topicArn)
                .put("Subject", message.subject().orElse(null))
                .put("Message", message.text())
                .put("Timestamp", timestamp(received))
                .put("SignatureVersion", "1")
                .put("Signature", UNSIGNED)
                .put("SigningCertUrl", UNSIGNED)
                .put("UnsubscribeUrl", UNSIGNED);
        sns.set("MessageAttributes", typed(message));
        return event;
    }

    private ObjectNode notification(Message received, TopicMessage message) {
        ObjectNode body = JSON.createObjectNode()
                .put("Type", "Notification")
                .put("MessageId", EventMessages.id(received))
                .put("TopicArn", topicArn);
        message.subject().ifPresent(subject -> body.put("Subject", subject));
        body.put("Message", message.text())
                .put("Timestamp", timestamp(received))
                .put("SignatureVersion", "1")
                .put("Signature", UNSIGNED)
                .put("SigningCertURL", UNSIGNED)
                .put("UnsubscribeURL", UNSIGNED);
        if (!message.attributes().isEmpty()) {
            body.set("MessageAttributes", typed(message));
        }
        return body;
    }

    private static ObjectNode typed(TopicMessage message) {
        ObjectNode typed = JSON.createObjectNode();
        for (Map.Entry<String, TopicAttribute> each : message.attributes().entrySet()) {
            typed.putObject(each.getKey())
                    .put("Type", each.getValue().type())
                    .put("Value", each.getValue().value());
        }
        return typed;
    }

    private String timestamp(Message received) {
        Instant published = EventMessages.receivedAt(received).orElseGet(clock::instant);
        return MILLIS.format(published);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
