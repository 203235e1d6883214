package io.millrace.deadletter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Dead letters, their queues and redrive jobs as JSON for machines. Names and meaning stay as they are; new ones may be
 * added.
 */
public final class DeadLetterJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private DeadLetterJson() {}

    /** The body is in {@code body}: as text where {@code bodyEncoding} is utf-8, else as base64. */
    public static ObjectNode of(DeadLetter letter) {
        ObjectNode node = JSON.createObjectNode().put("id", letter.id()).put("queue", letter.queue());
        node.put("function", letter.function().map(Object::toString).orElse(null));
        node.put("origin", letter.origin().orElse(null));
        node.put("firstSeen", letter.firstSeen().map(Instant::toString).orElse(null));
        node.put("redrives", letter.redrives());
        node.put("fingerprint", Fingerprint.of(letter));
        node.set("cause", letter.cause().map(DeadLetterJson::cause).orElse(null));
        node.set(
                "earlierCause", letter.earlierCause().map(DeadLetterJson::cause).orElse(null));
        node.put("contentType", letter.contentType());
        node.set("properties", values(letter.properties()));
        node.set("headers", values(letter.headers()));
        Optional<String> text = ReadableBody.text(letter.body(), letter.isCut());
        node.put("body", text.orElseGet(() -> Base64.getEncoder().encodeToString(letter.body())));
        node.put("bodyEncoding", text.isPresent() ? "utf-8" : "base64");
        node.put("bodyCut", letter.isCut());
        node.put("size", letter.size());
        return node;
    }

    /** A queue and its counts. */
    public static ObjectNode of(QueueOverview overview) {
        DeadLetterQueue counts = overview.queue();
        ObjectNode node = JSON.createObjectNode()
                .put("queue", counts.name())
                .put("address", counts.address())
                .put("function", counts.function().map(Object::toString).orElse(null))
                .put("messages", counts.messages())
                .put("visible", counts.visible())
                .put("scheduled", counts.scheduled())
                .put("delivering", counts.delivering())
                .put("oldest", overview.oldest().map(Instant::toString).orElse(null))
                .put("arrivalsPerSecond", overview.arrivalsPerSecond());
        ArrayNode origins = node.putArray("origins");
        overview.origins().forEach(origins::add);
        return node;
    }

    /** A job as it is written down. */
    public static ObjectNode of(JobRecord job) {
        ObjectNode node = JSON.createObjectNode()
                .put("job", job.id())
                .put("state", job.state().name())
                .put("queue", job.order().queue())
                .put("selection", job.order().selection())
                .put("by", job.order().by())
                .put("reason", job.order().reason())
                .put("startedAt", time(job.startedAt()))
                .put("endedAt", job.endedAt() == 0 ? null : time(job.endedAt()))
                .put("planned", job.planned())
                .put("moved", job.moved())
                .put("returned", job.returned())
                .put("undone", job.undone())
                .put("withoutOrigin", job.withoutOrigin())
                .put("outcome", job.outcome());
        ArrayNode routes = node.putArray("targets");
        for (JobRoute route : job.routes()) {
            routes.addObject()
                    .put("target", route.target())
                    .put("qualifier", route.qualifier().isEmpty() ? null : route.qualifier())
                    .put("planned", route.planned())
                    .put("moved", route.moved())
                    .put("held", route.held().isEmpty() ? null : route.held());
        }
        return node;
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private static ObjectNode cause(Cause cause) {
        return JSON.createObjectNode()
                .put("condition", cause.condition())
                .put("errorType", cause.errorType())
                .put("errorMessage", cause.errorMessage())
                .put("stackTrace", cause.stackTrace())
                .put("attempts", cause.attempts())
                .put("version", cause.version())
                .put("fingerprint", cause.fingerprint())
                .put("diedAt", cause.diedAt().toString());
    }

    private static ObjectNode values(Map<String, Object> values) {
        ObjectNode node = JSON.createObjectNode();
        values.forEach((name, value) -> node.set(name, value(value)));
        return node;
    }

    private static JsonNode value(Object value) {
        if (value instanceof Long || value instanceof Integer || value instanceof Short) {
            return JSON.getNodeFactory().numberNode(((Number) value).longValue());
        }
        return value instanceof Boolean flag
                ? JSON.getNodeFactory().booleanNode(flag)
                : JSON.getNodeFactory().textNode(String.valueOf(value));
    }
}
