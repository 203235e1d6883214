package io.millrace.runtime.topic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.registry.Document;
import java.util.Optional;

/** Topics and subscriptions as they are stored. */
final class TopicDocument {
    private static final String DISPLAY_NAME = "displayName";
    private static final String PROTOCOL = "protocol";
    private static final String ENDPOINT = "endpoint";
    private static final String RAW = "raw";
    private static final String FILTER_POLICY = "filterPolicy";
    private static final String FILTER_SCOPE = "filterScope";
    private static final String DEAD_LETTERS = "deadLetters";

    private TopicDocument() {}

    static ObjectNode write(Topic topic) {
        return JsonNodeFactory.instance.objectNode().put(DISPLAY_NAME, topic.displayName());
    }

    static Topic topic(String name, ObjectNode document) {
        return new Topic(name, document.path(DISPLAY_NAME).asText());
    }

    static ObjectNode write(Subscription subscription) {
        SubscriptionSettings settings = subscription.settings();
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put(PROTOCOL, subscription.protocol())
                .put(ENDPOINT, subscription.endpoint())
                .put(RAW, settings.raw())
                .put(FILTER_SCOPE, settings.scope().wireName());
        settings.filterPolicy().ifPresent(policy -> document.put(FILTER_POLICY, policy));
        settings.deadLetters().ifPresent(queue -> document.put(DEAD_LETTERS, queue));
        return document;
    }

    /** @throws IllegalStateException if the document is damaged */
    static Subscription subscription(Document stored) {
        ObjectNode document = stored.content();
        String scope = document.path(FILTER_SCOPE).asText();
        return new Subscription(
                stored.name(),
                stored.owner(),
                document.path(PROTOCOL).asText(),
                document.path(ENDPOINT).asText(),
                new SubscriptionSettings(
                        document.path(RAW).asBoolean(),
                        text(document, FILTER_POLICY),
                        FilterScope.of(scope)
                                .orElseThrow(() -> new IllegalStateException("subscription " + stored.name()
                                        + " is stored with the " + FILTER_SCOPE + " '" + scope
                                        + "', expected MessageAttributes or MessageBody")),
                        text(document, DEAD_LETTERS)));
    }

    private static Optional<String> text(ObjectNode document, String member) {
        return Optional.ofNullable(document.get(member)).map(JsonNode::asText);
    }
}
