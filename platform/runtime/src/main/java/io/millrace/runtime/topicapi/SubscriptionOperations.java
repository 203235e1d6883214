package io.millrace.runtime.topicapi;

import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.relay.RelayTarget;
import io.millrace.runtime.topic.Subscription;
import io.millrace.runtime.topic.SubscriptionSettings;
import io.millrace.runtime.topic.TopicArns;
import io.millrace.runtime.topic.Topics;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Subscribes functions and queues to topics. */
final class SubscriptionOperations {
    private static final String ARN = "SubscriptionArn";
    private static final String TOPIC_ARN = "TopicArn";

    private final Topics topics;
    private final TopicArns arns;
    private final IdentitySettings identity;

    SubscriptionOperations(Topics topics, IdentitySettings identity) {
        this.topics = topics;
        this.arns = new TopicArns(identity);
        this.identity = identity;
    }

    /** Confirmed at once, so ReturnSubscriptionArn makes no difference. */
    Future<Xml> subscribe(TopicRequest request) {
        Parameters parameters = request.parameters();
        String topic = TopicOperations.name(arns, parameters.required(TOPIC_ARN));
        String protocol = parameters.required("Protocol");
        String endpoint = parameters.required("Endpoint");
        parameters.text("ReturnSubscriptionArn");
        Map<String, String> attributes = parameters.map("Attributes");
        parameters.requireAllRead();
        request.require("Subscribe", arns.of(topic));
        requireEndpoint(protocol, endpoint);
        request.requireUse(endpoint);
        SubscriptionSettings settings = SettingMembers.NONE;
        for (Map.Entry<String, String> each : attributes.entrySet()) {
            settings = members(request, protocol).with(settings, each.getKey(), each.getValue());
        }
        SettingMembers.requireValid(settings);
        return topics.subscribe(topic, protocol, endpoint, settings)
                .map(subscription -> new Xml().put(ARN, arns.of(subscription)));
    }

    private SettingMembers members(TopicRequest request, String protocol) {
        return new SettingMembers(protocol, identity, request::requireUse);
    }

    private void requireEndpoint(String protocol, String endpoint) {
        RelayTarget.Kind kind =
                switch (protocol) {
                    case Subscription.LAMBDA -> RelayTarget.Kind.FUNCTION;
                    case Subscription.SQS -> RelayTarget.Kind.QUEUE;
                    default ->
                        throw Refusal.parameter(
                                "Protocol Reason: '" + protocol + "' is not supported here, expected lambda or sqs");
                };
        if (RelayTarget.parse(endpoint, identity)
                .filter(target -> target.kind() == kind)
                .isEmpty()) {
            throw Refusal.parameter("Endpoint Reason: '" + endpoint + "' is no ARN of a "
                    + (kind == RelayTarget.Kind.QUEUE ? "queue" : "function") + " of account " + identity.account()
                    + " and region " + identity.region());
        }
    }

    Future<Xml> unsubscribe(TopicRequest request) {
        String[] parts = parts(request);
        request.parameters().requireAllRead();
        request.require("Unsubscribe", arns.of(parts[0]));
        return topics.unsubscribe(parts[0], parts[1]).map(removed -> new Xml());
    }

    Future<Xml> list(TopicRequest request) {
        request.require("ListSubscriptions", TopicRequest.NO_RESOURCE);
        return page(request, topics.subscriptions());
    }

    Future<Xml> listByTopic(TopicRequest request) {
        String topic = TopicOperations.name(arns, request.parameters().required(TOPIC_ARN));
        request.require("ListSubscriptionsByTopic", arns.of(topic));
        if (topics.find(topic).isEmpty()) {
            throw Refusal.notFound("Topic does not exist");
        }
        return page(request, topics.subscriptions(topic));
    }

    private Future<Xml> page(TopicRequest request, List<Subscription> all) {
        Page<Subscription> page = Page.of(request, all, arns::of);
        request.parameters().requireAllRead();
        return Future.succeededFuture(page.finish(
                new Xml().list("Subscriptions", page.items(), (xml, subscription) -> xml.put(ARN, arns.of(subscription))
                        .put("Owner", identity.account())
                        .put("Protocol", subscription.protocol())
                        .put("Endpoint", subscription.endpoint())
                        .put(TOPIC_ARN, arns.of(subscription.topic())))));
    }

    Future<Xml> attributes(TopicRequest request) {
        String[] parts = parts(request);
        request.parameters().requireAllRead();
        request.require("GetSubscriptionAttributes", arns.of(parts[0]));
        Subscription subscription = topics.subscription(parts[0], parts[1])
                .orElseThrow(() -> Refusal.notFound("Subscription does not exist"));
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(ARN, arns.of(subscription));
        attributes.put(TOPIC_ARN, arns.of(subscription.topic()));
        attributes.put("Owner", identity.account());
        attributes.put("Protocol", subscription.protocol());
        attributes.put("Endpoint", subscription.endpoint());
        attributes.put("PendingConfirmation", "false");
        attributes.put("ConfirmationWasAuthenticated", "true");
        attributes.putAll(SettingMembers.write(subscription.settings()));
        return Future.succeededFuture(new Xml().map("Attributes", attributes));
    }

    Future<Xml> change(TopicRequest request) {
        String[] parts = parts(request);
        String name = request.parameters().required("AttributeName");
        Optional<String> value = request.parameters().text("AttributeValue");
        request.parameters().requireAllRead();
        request.require("SetSubscriptionAttributes", arns.of(parts[0]));
        Subscription subscription = topics.subscription(parts[0], parts[1])
                .orElseThrow(() -> Refusal.notFound("Subscription does not exist"));
        SettingMembers members = members(request, subscription.protocol());
        return topics.change(parts[0], parts[1], before -> {
                    SubscriptionSettings after = members.with(before, name, value.orElse(""));
                    SettingMembers.requireValid(after);
                    return after;
                })
                .map(changed -> new Xml());
    }

    /** Topic and id. */
    private String[] parts(TopicRequest request) {
        String arn = request.parameters().required(ARN);
        return arns.subscription(arn)
                .orElseThrow(() ->
                        Refusal.parameter("SubscriptionArn Reason: '" + arn + "' is no ARN of a subscription here"));
    }
}
