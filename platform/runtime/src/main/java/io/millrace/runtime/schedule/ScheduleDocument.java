package io.millrace.runtime.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Schedules as they are stored. Times are milliseconds since 1970. */
final class ScheduleDocument {
    private static final String TARGET = "target";

    private ScheduleDocument() {}

    static ObjectNode write(Schedule schedule) {
        ScheduleSettings settings = schedule.settings();
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("id", schedule.id())
                .put("revision", schedule.revision())
                .put("expression", settings.expression())
                .put("timeZone", settings.timeZone())
                .put("enabled", settings.enabled())
                .put("windowSeconds", settings.window().toSeconds())
                .put("deleteWhenDone", settings.deleteWhenDone())
                .put("anchor", schedule.anchor().toEpochMilli())
                .put("planted", schedule.planted())
                .put("completed", schedule.completed())
                .put("created", schedule.created().toEpochMilli())
                .put("modified", schedule.modified().toEpochMilli());
        put(document, "start", settings.start());
        put(document, "end", settings.end());
        put(document, "firstDue", schedule.firstDue());
        settings.description().ifPresent(text -> document.put("description", text));
        schedule.clientToken().ifPresent(token -> document.put("clientToken", token));
        document.set(TARGET, write(settings.target()));
        return document;
    }

    private static ObjectNode write(ScheduleTarget target) {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("arn", target.arn())
                .put("roleArn", target.roleArn())
                .put("maximumAgeSeconds", target.maximumAge().toSeconds())
                .put("maximumRetries", target.maximumRetries());
        target.input().ifPresent(input -> document.put("input", input));
        target.messageGroup().ifPresent(group -> document.put("messageGroup", group));
        target.deadLetterArn().ifPresent(arn -> document.put("deadLetterArn", arn));
        return document;
    }

    static Schedule read(ScheduleKey key, ObjectNode document) {
        ScheduleSettings settings = new ScheduleSettings(
                document.path("expression").asText(),
                document.path("timeZone").asText(),
                instant(document, "start"),
                instant(document, "end"),
                document.path("enabled").asBoolean(),
                Duration.ofSeconds(document.path("windowSeconds").asLong()),
                document.path("deleteWhenDone").asBoolean(),
                text(document, "description"),
                target(document.path(TARGET)));
        return new Schedule(
                key,
                document.path("id").asText(),
                document.path("revision").asLong(),
                settings,
                required(document, "anchor"),
                instant(document, "firstDue"),
                document.path("planted").asBoolean(),
                document.path("completed").asBoolean(),
                required(document, "created"),
                required(document, "modified"),
                text(document, "clientToken"));
    }

    private static ScheduleTarget target(JsonNode document) {
        return new ScheduleTarget(
                document.path("arn").asText(),
                document.path("roleArn").asText(),
                text(document, "input"),
                text(document, "messageGroup"),
                Duration.ofSeconds(document.path("maximumAgeSeconds").asLong()),
                document.path("maximumRetries").asInt(),
                text(document, "deadLetterArn"));
    }

    private static void put(ObjectNode document, String member, Optional<Instant> time) {
        time.ifPresent(instant -> document.put(member, instant.toEpochMilli()));
    }

    private static Instant required(JsonNode document, String member) {
        return Instant.ofEpochMilli(document.path(member).asLong());
    }

    private static Optional<Instant> instant(JsonNode document, String member) {
        return document.hasNonNull(member) ? Optional.of(required(document, member)) : Optional.empty();
    }

    private static Optional<String> text(JsonNode document, String member) {
        return document.hasNonNull(member) ? Optional.of(document.path(member).asText()) : Optional.empty();
    }
}
