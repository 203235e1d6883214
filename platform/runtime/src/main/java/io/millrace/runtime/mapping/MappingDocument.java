package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.registry.Document;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A mapping as it is stored; its state is not, because no change outlives the process that makes it. */
final class MappingDocument {
    private static final String SOURCE = "source";
    private static final String FUNCTION = "function";
    private static final String BATCH_SIZE = "batchSize";
    private static final String WINDOW_SECONDS = "windowSeconds";
    private static final String MAXIMUM_CONCURRENCY = "maximumConcurrency";
    private static final String REPORTS_ITEM_FAILURES = "reportsItemFailures";
    private static final String FILTERS = "filters";
    private static final String ENABLED = "enabled";
    private static final String LAST_MODIFIED = "lastModified";

    private MappingDocument() {}

    static ObjectNode write(EventSourceMapping mapping) {
        MappingSettings settings = mapping.settings();
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put(SOURCE, mapping.source().toString())
                .put(FUNCTION, settings.function().toString())
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
        QueueArn source = QueueArn.parse(document.path(SOURCE).asText()).orElseThrow(() -> damaged(stored, SOURCE));
        FunctionArn function = FunctionArn.parse(document.path(FUNCTION).asText(), source.region(), source.account())
                .orElseThrow(() -> damaged(stored, FUNCTION));
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
                        filters),
                enabled,
                MappingState.lasting(enabled),
                Instant.ofEpochMilli(document.path(LAST_MODIFIED).asLong()));
    }

    private static IllegalStateException damaged(Document stored, String member) {
        return new IllegalStateException("event source mapping " + stored.name() + " is stored with the " + member
                + " '" + stored.content().path(member).asText() + "', expected an ARN");
    }
}
