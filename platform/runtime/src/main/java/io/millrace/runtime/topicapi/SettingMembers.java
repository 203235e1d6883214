package io.millrace.runtime.topicapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.pattern.EventPattern;
import io.millrace.runtime.relay.RelayTarget;
import io.millrace.runtime.topic.FilterScope;
import io.millrace.runtime.topic.Subscription;
import io.millrace.runtime.topic.SubscriptionSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What can be set of a subscription, as clients write it. */
final class SettingMembers {
    static final SubscriptionSettings NONE =
            new SubscriptionSettings(false, Optional.empty(), FilterScope.MESSAGE_ATTRIBUTES, Optional.empty());

    private static final String RAW = "RawMessageDelivery";
    private static final String FILTER_POLICY = "FilterPolicy";
    private static final String FILTER_SCOPE = "FilterPolicyScope";
    private static final String REDRIVE = "RedrivePolicy";
    private static final String DEAD_LETTERS = "deadLetterTargetArn";
    /** As patterns of rules; compiled, a pattern takes many times its text's memory. */
    private static final int LONGEST_POLICY = 4_096;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String protocol;
    private final IdentitySettings identity;
    private final Consumer<String> requireUse;

    /** @param requireUse refuses a caller who may not use a queue */
    SettingMembers(String protocol, IdentitySettings identity, Consumer<String> requireUse) {
        this.protocol = protocol;
        this.identity = identity;
        this.requireUse = requireUse;
    }

    SubscriptionSettings with(SubscriptionSettings settings, String name, String value) {
        return switch (name) {
            case RAW ->
                new SubscriptionSettings(raw(value), settings.filterPolicy(), settings.scope(), settings.deadLetters());
            case FILTER_POLICY ->
                new SubscriptionSettings(settings.raw(), policy(value), settings.scope(), settings.deadLetters());
            case FILTER_SCOPE ->
                new SubscriptionSettings(settings.raw(), settings.filterPolicy(), scope(value), settings.deadLetters());
            case REDRIVE ->
                new SubscriptionSettings(settings.raw(), settings.filterPolicy(), settings.scope(), deadLetters(value));
            default ->
                throw Refusal.parameter("AttributeName Reason: '" + name
                        + "' is not supported here, expected RawMessageDelivery, FilterPolicy, FilterPolicyScope or"
                        + " RedrivePolicy");
        };
    }

    private boolean raw(String value) {
        if (!value.equals("true") && !value.equals("false")) {
            throw Refusal.parameter(
                    "Attributes Reason: RawMessageDelivery: Invalid value [" + value + "]. Must be true or false.");
        }
        boolean raw = value.equals("true");
        if (raw && protocol.equals(Subscription.LAMBDA)) {
            throw Refusal.parameter(
                    "Attributes Reason: Delivery protocol [lambda] does not support raw message" + " delivery.");
        }
        return raw;
    }

    private static Optional<String> policy(String value) {
        if (value.length() > LONGEST_POLICY) {
            throw Refusal.parameter("Attributes Reason: FilterPolicy: it has " + value.length()
                    + " characters, expected at most " + LONGEST_POLICY);
        }
        if (value.isEmpty() || isEmptyObject(value)) {
            return Optional.empty();
        }
        EventPattern.complaint(value).ifPresent(complaint -> {
            throw Refusal.parameter("Attributes Reason: FilterPolicy: " + complaint);
        });
        return Optional.of(value);
    }

    private static boolean isEmptyObject(String value) {
        try {
            JsonNode policy = JSON.readTree(value);
            return policy.isObject() && policy.isEmpty();
        } catch (JsonProcessingException noJson) {
            throw Refusal.parameter(
                    "Attributes Reason: FilterPolicy: failed to parse JSON. " + noJson.getOriginalMessage());
        }
    }

    private static FilterScope scope(String value) {
        return FilterScope.of(value)
                .orElseThrow(() -> Refusal.parameter("Attributes Reason: FilterPolicyScope: Invalid value [" + value
                        + "]. Please use either MessageBody or MessageAttributes"));
    }

    private Optional<String> deadLetters(String value) {
        if (value.isEmpty()) {
            return Optional.empty();
        }
        String arn;
        try {
            arn = JSON.readTree(value).path(DEAD_LETTERS).asText("");
        } catch (JsonProcessingException noJson) {
            throw Refusal.parameter(
                    "Attributes Reason: RedrivePolicy: failed to parse JSON. " + noJson.getOriginalMessage());
        }
        if (RelayTarget.queue(arn, identity).isEmpty()) {
            throw Refusal.parameter("Attributes Reason: RedrivePolicy: deadLetterTargetArn is '" + arn
                    + "', expected the ARN of a queue of account " + identity.account() + " and region "
                    + identity.region());
        }
        requireUse.accept(arn);
        return Optional.of(arn);
    }

    /** A policy for attributes has one level; what is deeper would never match. */
    static void requireValid(SubscriptionSettings settings) {
        if (settings.scope() == FilterScope.MESSAGE_BODY
                || settings.filterPolicy().isEmpty()) {
            return;
        }
        try {
            for (Map.Entry<String, JsonNode> each :
                    JSON.readTree(settings.filterPolicy().get()).properties()) {
                if (!each.getValue().isArray()) {
                    throw Refusal.parameter(
                            "Attributes Reason: FilterPolicy: Filter policy scope MessageAttributes does"
                                    + " not support nested filter policy");
                }
            }
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a valid pattern is JSON", impossible);
        }
    }

    static Map<String, String> write(SubscriptionSettings settings) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(RAW, Boolean.toString(settings.raw()));
        settings.filterPolicy().ifPresent(policy -> {
            attributes.put(FILTER_POLICY, policy);
            attributes.put(FILTER_SCOPE, settings.scope().wireName());
        });
        settings.deadLetters()
                .ifPresent(queue -> attributes.put(
                        REDRIVE,
                        JSON.createObjectNode().put(DEAD_LETTERS, queue).toString()));
        return attributes;
    }
}
