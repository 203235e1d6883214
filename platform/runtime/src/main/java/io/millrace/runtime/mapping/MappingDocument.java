package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.millrace.core.function.FunctionArn;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.registry.Document;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** A mapping as it is stored; its state is not, because no change outlives the process that makes it. */
final class MappingDocument {
    private static final String SOURCE = "source";
    private static final String STREAM = "stream";
    private static final String FUNCTION = "function";
    private static final String BATCH_SIZE = "batchSize";
    private static final String WINDOW_SECONDS = "windowSeconds";
    private static final String MAXIMUM_CONCURRENCY = "maximumConcurrency";
    private static final String REPORTS_ITEM_FAILURES = "reportsItemFailures";
    private static final String FILTERS = "filters";
    private static final String ENABLED = "enabled";
    private static final String LAST_MODIFIED = "lastModified";
    /** Beside the mapping: they change without it. */
    private static final String TAGS = "tags";

    private static final String LAST_RESULT = "lastResult";

    private static final int ARN_PARTS = 6;
    private static final int REGION = 3;
    private static final int ACCOUNT = 4;
    private static final ObjectMapper JSON = new ObjectMapper().registerModules(new Jdk8Module(), new JavaTimeModule());

    private MappingDocument() {}

    static ObjectNode write(EventSourceMapping mapping) {
        MappingSettings settings = mapping.settings();
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.set(SOURCE, JSON.valueToTree(mapping.source()));
        document.set(STREAM, JSON.valueToTree(settings.stream()));
        document.put(FUNCTION, settings.function().toString())
                .put(BATCH_SIZE, settings.batchSize())
                .put(WINDOW_SECONDS, settings.window().toSeconds())
                .put(REPORTS_ITEM_FAILURES, settings.reportsItemFailures())
                .put(ENABLED, mapping.enabled())
                .put(LAST_MODIFIED, mapping.lastModified().toEpochMilli());
        settings.maximumConcurrency().ifPresent(most -> document.put(MAXIMUM_CONCURRENCY, most));
        settings.filters().forEach(document.putArray(FILTERS)::add);
        return document;
    }

    static EventSourceMapping read(Document stored) {
        ObjectNode document = stored.content();
        SourceDescription source = source(stored);
        FunctionArn function = function(stored);
        JsonNode most = document.path(MAXIMUM_CONCURRENCY);
        List<String> filters = new ArrayList<>();
        document.path(FILTERS).forEach(pattern -> filters.add(pattern.asText()));
        boolean enabled = document.path(ENABLED).asBoolean();
        return new EventSourceMapping(
                stored.name(),
                source,
                new MappingSettings(
                        function,
                        document.path(BATCH_SIZE).asInt(),
                        Duration.ofSeconds(document.path(WINDOW_SECONDS).asLong()),
                        most.isInt() ? OptionalInt.of(most.intValue()) : OptionalInt.empty(),
                        document.path(REPORTS_ITEM_FAILURES).asBoolean(),
                        filters,
                        stream(stored)),
                enabled,
                MappingState.lasting(enabled),
                Instant.ofEpochMilli(document.path(LAST_MODIFIED).asLong()));
    }

    /** Ordered by key. */
    static Map<String, String> tags(ObjectNode document) {
        Map<String, String> tags = new TreeMap<>();
        document.path(TAGS)
                .properties()
                .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        return tags;
    }

    /** @return a document of its own */
    static ObjectNode tagged(ObjectNode document, Map<String, String> tags) {
        ObjectNode tagged = document.deepCopy();
        tags.forEach(tagged.putObject(TAGS)::put);
        return tagged;
    }

    /** How the last batch ended, as far as that was written. */
    static Optional<String> lastResult(ObjectNode document) {
        return Optional.ofNullable(document.path(LAST_RESULT).textValue());
    }

    /** @return a document of its own */
    static ObjectNode ended(ObjectNode document, Optional<String> lastResult) {
        ObjectNode ended = document.deepCopy();
        lastResult.ifPresent(result -> ended.put(LAST_RESULT, result));
        return ended;
    }

    /** Before there were other sources than queues, it was the queue's ARN. */
    private static SourceDescription source(Document stored) {
        JsonNode source = stored.content().path(SOURCE);
        return source.isTextual()
                ? SourceDescription.ofArn(source.textValue())
                : read(stored, SOURCE, SourceDescription.class);
    }

    private static StreamSettings stream(Document stored) {
        return stored.content().has(STREAM) ? read(stored, STREAM, StreamSettings.class) : StreamSettings.DEFAULTS;
    }

    private static <T> T read(Document stored, String member, Class<T> type) {
        try {
            return JSON.treeToValue(stored.content().path(member), type);
        } catch (JsonProcessingException unreadable) {
            throw damaged(stored, member);
        }
    }

    private static FunctionArn function(Document stored) {
        String text = stored.content().path(FUNCTION).asText();
        String[] parts = text.split(":", ARN_PARTS);
        return Optional.of(parts)
                .filter(arn -> arn.length == ARN_PARTS)
                .flatMap(arn -> FunctionArn.parse(text, arn[REGION], arn[ACCOUNT]))
                .orElseThrow(() -> damaged(stored, FUNCTION));
    }

    private static IllegalStateException damaged(Document stored, String member) {
        return new IllegalStateException("event source mapping " + stored.name() + " is stored with the " + member
                + " '" + stored.content().path(member) + "', which cannot be read");
    }
}
