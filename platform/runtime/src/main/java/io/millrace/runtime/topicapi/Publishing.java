package io.millrace.runtime.topicapi;

import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.topic.TopicArns;
import io.millrace.runtime.topic.TopicAttribute;
import io.millrace.runtime.topic.TopicMessage;
import io.millrace.runtime.topic.Topics;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Publishes messages; each is answered when the broker has it on disk. */
final class Publishing {
    private static final int MOST_BYTES = 262_144;
    private static final int MOST_ENTRIES = 10;
    private static final int LONGEST_SUBJECT = 100;
    private static final Pattern SUBJECT = Pattern.compile("[^\\p{Cntrl}]{1," + LONGEST_SUBJECT + "}");
    private static final Pattern ATTRIBUTE = Pattern.compile("[a-zA-Z0-9_.-]{1,256}");
    private static final Pattern BATCH_ID = Pattern.compile("[a-zA-Z0-9_-]{1,80}");

    private final Topics topics;
    private final TopicArns arns;

    Publishing(Topics topics, IdentitySettings identity) {
        this.topics = topics;
        this.arns = new TopicArns(identity);
    }

    Future<Xml> publish(TopicRequest request) {
        Parameters parameters = request.parameters();
        String arn = parameters
                .text("TopicArn")
                .or(() -> parameters.text("TargetArn"))
                .orElseThrow(() -> Refusal.parameter("TopicArn or TargetArn Reason: no value for required parameter"));
        String topic = TopicOperations.name(arns, arn);
        TopicMessage message = message(parameters, "");
        parameters.requireAllRead();
        requireWithin(bytes(message));
        request.require("Publish", arns.of(topic));
        return topics.publish(topic, message, request.trace()).map(id -> new Xml().put("MessageId", id));
    }

    /** One that is wrong fails by itself; the others are published. */
    Future<Xml> publishBatch(TopicRequest request) {
        Parameters parameters = request.parameters();
        String topic = TopicOperations.name(arns, parameters.required("TopicArn"));
        request.require("Publish", arns.of(topic));
        List<String> prefixes = parameters.elements("PublishBatchRequestEntries.member");
        requireCount(prefixes.size());
        List<Entry> entries = new ArrayList<>();
        prefixes.forEach(prefix -> entries.add(entry(parameters, prefix)));
        parameters.requireAllRead();
        requireDistinct(entries);
        requireBatchWithin(entries);
        if (topics.find(topic).isEmpty()) {
            throw Refusal.notFound("Topic does not exist");
        }
        List<Future<String>> published = new ArrayList<>();
        entries.forEach(entry -> published.add(entry.message()
                .map(message -> topics.publish(topic, message, request.trace()))
                .orElseGet(() -> Future.failedFuture(entry.refusal().orElseThrow()))));
        return Future.join(published).transform(all -> Future.succeededFuture(results(entries, published)));
    }

    /** Either a message or what is wrong with it. */
    private record Entry(String id, Optional<TopicMessage> message, Optional<Refusal> refusal) {}

    private static Entry entry(Parameters parameters, String prefix) {
        String id = parameters.required(prefix + ".Id");
        if (!BATCH_ID.matcher(id).matches()) {
            throw Refusal.batch(
                    "InvalidBatchEntryId",
                    "The Id of a batch entry in a batch request doesn't abide by the specification: '" + id + "'.");
        }
        try {
            return new Entry(id, Optional.of(message(parameters, prefix + ".")), Optional.empty());
        } catch (Refusal wrong) {
            parameters.passOver(prefix);
            return new Entry(id, Optional.empty(), Optional.of(wrong));
        }
    }

    private static void requireCount(int entries) {
        if (entries == 0) {
            throw Refusal.batch("EmptyBatchRequest", "The batch request doesn't contain any entries.");
        }
        if (entries > MOST_ENTRIES) {
            throw Refusal.batch(
                    "TooManyEntriesInBatchRequest",
                    "The batch request contains more entries than permissible: " + entries + ", expected at most "
                            + MOST_ENTRIES + ".");
        }
    }

    private static void requireDistinct(List<Entry> entries) {
        Set<String> seen = new HashSet<>();
        for (Entry entry : entries) {
            if (!seen.add(entry.id())) {
                throw Refusal.batch(
                        "BatchEntryIdsNotDistinct",
                        "Two or more batch entries in the request have the same Id: '" + entry.id() + "'.");
            }
        }
    }

    private static void requireBatchWithin(List<Entry> entries) {
        long bytes = entries.stream()
                .flatMap(entry -> entry.message().stream())
                .mapToLong(Publishing::bytes)
                .sum();
        if (bytes > MOST_BYTES) {
            throw Refusal.batch(
                    "BatchRequestTooLong",
                    "The length of all the batch messages put together is more than the limit of " + MOST_BYTES
                            + " bytes.");
        }
    }

    private static Xml results(List<Entry> entries, List<Future<String>> published) {
        List<Integer> succeeded = new ArrayList<>();
        List<Integer> failed = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            (published.get(i).succeeded() ? succeeded : failed).add(i);
        }
        return new Xml()
                .list("Successful", succeeded, (xml, i) -> xml.put(
                                "Id", entries.get(i).id())
                        .put("MessageId", published.get(i).result()))
                .list("Failed", failed, (xml, i) -> {
                    Refusal refusal =
                            Refusals.of(published.get(i).cause(), entries.get(i).id());
                    xml.put("Id", entries.get(i).id())
                            .put("Code", refusal.code())
                            .put("Message", refusal.text())
                            .put("SenderFault", Boolean.toString(refusal.isCallers()));
                });
    }

    private static TopicMessage message(Parameters parameters, String prefix) {
        String text = parameters.required(prefix + "Message");
        if (text.isEmpty()) {
            throw Refusal.parameter("Empty message");
        }
        Optional<String> subject = parameters.text(prefix + "Subject");
        if (subject.filter(given -> !SUBJECT.matcher(given).matches()).isPresent()) {
            throw Refusal.parameter("Subject");
        }
        Map<String, TopicAttribute> attributes = new HashMap<>();
        for (String entry : parameters.elements(prefix + "MessageAttributes.entry")) {
            String name = parameters.required(entry + ".Name");
            attributes.put(name, attribute(parameters, name, entry + ".Value."));
        }
        return TopicMessage.of(text, subject, attributes);
    }

    private static TopicAttribute attribute(Parameters parameters, String name, String prefix) {
        String type = parameters.required(prefix + "DataType");
        Optional<String> text = parameters.text(prefix + "StringValue");
        Optional<String> bytes = parameters.text(prefix + "BinaryValue");
        if (!ATTRIBUTE.matcher(name).matches()) {
            throw Refusal.value("The message attribute name '" + name
                    + "' is invalid, expected 1 to 256 of letters, digits, '_', '-' and '.'.");
        }
        String kind = type.equals(TopicAttribute.ARRAY) ? TopicAttribute.STRING : type.split("\\.", 2)[0];
        boolean isBinary = kind.equals(TopicAttribute.BINARY);
        if (!isBinary && !kind.equals(TopicAttribute.STRING) && !kind.equals(TopicAttribute.NUMBER)) {
            throw Refusal.value("The message attribute '" + name + "' has an invalid message attribute type, the set of"
                    + " supported type prefixes is Binary, Number, and String.");
        }
        String value = (isBinary ? bytes : text)
                .filter(given -> !given.isEmpty())
                .orElseThrow(() -> Refusal.value("The message attribute '" + name
                        + "' must contain non-empty message attribute value for message attribute type '" + type
                        + "'."));
        if (kind.equals(TopicAttribute.NUMBER) && !TopicAttribute.isNumber(value)) {
            throw Refusal.value("Could not cast message attribute '" + name + "' value to number.");
        }
        if (isBinary) {
            requireBase64(name, value);
        }
        return new TopicAttribute(type, value);
    }

    private static void requireBase64(String name, String value) {
        try {
            Base64.getDecoder().decode(value);
        } catch (IllegalArgumentException malformed) {
            throw Refusal.value("The message attribute '" + name + "' is no Base64: " + malformed.getMessage());
        }
    }

    private static void requireWithin(long bytes) {
        if (bytes > MOST_BYTES) {
            throw Refusal.parameter("Message too long");
        }
    }

    private static long bytes(TopicMessage message) {
        long attributes = message.attributes().entrySet().stream()
                .mapToLong(each -> utf8(each.getKey())
                        + utf8(each.getValue().type())
                        + utf8(each.getValue().value()))
                .sum();
        return utf8(message.text()) + attributes;
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
