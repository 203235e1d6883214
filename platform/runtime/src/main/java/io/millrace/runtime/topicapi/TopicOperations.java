package io.millrace.runtime.topicapi;

import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.topic.Topic;
import io.millrace.runtime.topic.TopicArns;
import io.millrace.runtime.topic.Topics;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Creates, shows and deletes topics. */
final class TopicOperations {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,256}");
    private static final String DISPLAY_NAME = "DisplayName";
    private static final String FIFO_TOPIC = "FifoTopic";
    private static final int LONGEST_DISPLAY_NAME = 100;

    private final Topics topics;
    private final TopicArns arns;
    private final IdentitySettings identity;

    TopicOperations(Topics topics, IdentitySettings identity) {
        this.topics = topics;
        this.arns = new TopicArns(identity);
        this.identity = identity;
    }

    Future<Xml> create(TopicRequest request) {
        String name = request.parameters().required("Name");
        Map<String, String> attributes =
                new LinkedHashMap<>(request.parameters().map("Attributes"));
        request.parameters().requireAllRead();
        if (name.endsWith(".fifo") || "true".equals(attributes.remove(FIFO_TOPIC))) {
            throw Refusal.parameter("Topic Name Reason: FIFO topics are not supported here, '" + name + "' is one");
        }
        if (!NAME.matcher(name).matches()) {
            throw Refusal.parameter("Topic Name");
        }
        String displayName = displayName(attributes.remove(DISPLAY_NAME));
        attributes.keySet().stream().findFirst().ifPresent(unknown -> {
            throw Refusal.parameter(
                    "Attributes Reason: " + unknown + " is not supported here, expected " + DISPLAY_NAME);
        });
        request.require("CreateTopic", arns.of(name));
        return topics.create(new Topic(name, displayName)).map(topic -> new Xml().put("TopicArn", arns.of(name)));
    }

    private static String displayName(@Nullable String name) {
        if (name != null && name.length() > LONGEST_DISPLAY_NAME) {
            throw Refusal.parameter("Attributes Reason: DisplayName has " + name.length()
                    + " characters, expected at most " + LONGEST_DISPLAY_NAME);
        }
        return name == null ? "" : name;
    }

    Future<Xml> delete(TopicRequest request) {
        String topic = name(arns, request.parameters().required("TopicArn"));
        request.parameters().requireAllRead();
        request.require("DeleteTopic", arns.of(topic));
        return topics.delete(topic).map(deleted -> new Xml());
    }

    Future<Xml> list(TopicRequest request) {
        request.require("ListTopics", TopicRequest.NO_RESOURCE);
        Page<Topic> page = Page.of(request, topics.all(), Topic::name);
        request.parameters().requireAllRead();
        return Future.succeededFuture(page.finish(
                new Xml().list("Topics", page.items(), (xml, topic) -> xml.put("TopicArn", arns.of(topic.name())))));
    }

    Future<Xml> attributes(TopicRequest request) {
        String name = name(arns, request.parameters().required("TopicArn"));
        request.parameters().requireAllRead();
        request.require("GetTopicAttributes", arns.of(name));
        Topic topic = topics.find(name).orElseThrow(() -> Refusal.notFound("Topic does not exist"));
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("TopicArn", arns.of(name));
        attributes.put("Owner", identity.account());
        attributes.put(DISPLAY_NAME, topic.displayName());
        attributes.put(
                "SubscriptionsConfirmed",
                Integer.toString(topics.subscriptions(name).size()));
        attributes.put("SubscriptionsPending", "0");
        attributes.put("SubscriptionsDeleted", "0");
        return Future.succeededFuture(new Xml().map("Attributes", attributes));
    }

    /** @throws Refusal if it is no ARN of a topic of this account and region */
    static String name(TopicArns arns, String arn) {
        return arns.topic(arn)
                .orElseThrow(() -> Refusal.parameter(
                        "TopicArn Reason: '" + arn + "' is no ARN of a topic here, such as " + arns.of("orders")));
    }
}
