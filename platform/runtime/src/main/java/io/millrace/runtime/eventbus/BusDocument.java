package io.millrace.runtime.eventbus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.registry.Document;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Buses and rules as they are stored. */
final class BusDocument {
    private static final String DESCRIPTION = "description";
    private static final String CREATED = "created";
    private static final String MODIFIED = "modified";
    private static final String PATTERN = "pattern";
    private static final String ENABLED = "enabled";
    private static final String TARGETS = "targets";
    private static final String ID = "id";
    private static final String ARN = "arn";
    private static final String INPUT = "input";
    private static final String INPUT_PATH = "inputPath";
    private static final String PATHS = "paths";
    private static final String TEMPLATE = "template";
    private static final String RETRIES = "maximumRetries";
    private static final String AGE = "maximumAgeSeconds";
    private static final String DEAD_LETTERS = "deadLetters";

    private BusDocument() {}

    static ObjectNode write(EventBus bus) {
        return JsonNodeFactory.instance
                .objectNode()
                .put(DESCRIPTION, bus.description())
                .put(CREATED, bus.created().toEpochMilli())
                .put(MODIFIED, bus.modified().toEpochMilli());
    }

    static EventBus bus(String name, ObjectNode document) {
        return new EventBus(
                name,
                document.path(DESCRIPTION).asText(),
                Instant.ofEpochMilli(document.path(CREATED).asLong()),
                Instant.ofEpochMilli(document.path(MODIFIED).asLong()));
    }

    static ObjectNode write(EventRule rule) {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put(DESCRIPTION, rule.description())
                .put(PATTERN, rule.pattern())
                .put(ENABLED, rule.enabled());
        var targets = document.putArray(TARGETS);
        rule.targets().forEach(target -> targets.add(write(target)));
        return document;
    }

    private static ObjectNode write(RuleTarget target) {
        ObjectNode document =
                JsonNodeFactory.instance.objectNode().put(ID, target.id()).put(ARN, target.arn());
        target.input().ifPresent(input -> document.put(INPUT, input));
        target.inputPath().ifPresent(path -> document.put(INPUT_PATH, path));
        target.transformer().ifPresent(transformer -> {
            ObjectNode paths = document.put(TEMPLATE, transformer.template()).putObject(PATHS);
            transformer.paths().forEach(paths::put);
        });
        target.maximumRetries().ifPresent(retries -> document.put(RETRIES, retries));
        target.maximumAge().ifPresent(age -> document.put(AGE, age.toSeconds()));
        target.deadLetters().ifPresent(queue -> document.put(DEAD_LETTERS, queue));
        return document;
    }

    static EventRule rule(Document stored) {
        ObjectNode document = stored.content();
        List<RuleTarget> targets = new ArrayList<>();
        document.path(TARGETS).forEach(target -> targets.add(target(target)));
        return new EventRule(
                stored.owner(),
                stored.name(),
                document.path(DESCRIPTION).asText(),
                document.path(PATTERN).asText(),
                document.path(ENABLED).asBoolean(),
                targets);
    }

    private static RuleTarget target(JsonNode document) {
        return new RuleTarget(
                document.path(ID).asText(),
                document.path(ARN).asText(),
                text(document, INPUT),
                text(document, INPUT_PATH),
                text(document, TEMPLATE).map(template -> InputTransformer.of(paths(document), template)),
                Optional.ofNullable(document.get(RETRIES)).map(JsonNode::asInt),
                Optional.ofNullable(document.get(AGE)).map(age -> Duration.ofSeconds(age.asLong())),
                text(document, DEAD_LETTERS));
    }

    private static Map<String, String> paths(JsonNode document) {
        Map<String, String> paths = new TreeMap<>();
        document.path(PATHS)
                .properties()
                .forEach(path -> paths.put(path.getKey(), path.getValue().asText()));
        return paths;
    }

    private static Optional<String> text(JsonNode document, String member) {
        return Optional.ofNullable(document.get(member)).map(JsonNode::asText);
    }
}
