package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.mapping.EventSourceMapping;
import io.millrace.runtime.mapping.MappingSettings;
import java.util.List;

/** A mapping of a queue as callers see it (lambda-semantics 3.3). */
final class EventSourceReply {
    /** Of queues; other sources are called otherwise. */
    private static final String TRANSITION_REASON = "USER_INITIATED";

    private EventSourceReply() {}

    static ObjectNode render(EventSourceMapping mapping) {
        MappingSettings settings = mapping.settings();
        ObjectNode body = Json.object();
        body.put("UUID", mapping.uuid())
                .put("BatchSize", settings.batchSize())
                .put("MaximumBatchingWindowInSeconds", settings.window().toSeconds())
                .put("EventSourceArn", mapping.source().toString())
                .put("FunctionArn", settings.function().toString())
                .put("LastModified", mapping.lastModified().toEpochMilli() / 1000.0)
                .put("State", mapping.state().wireName())
                .put("StateTransitionReason", TRANSITION_REASON);
        ArrayNode responseTypes = body.putArray("FunctionResponseTypes");
        if (settings.reportsItemFailures()) {
            responseTypes.add("ReportBatchItemFailures");
        }
        body.put(
                "EventSourceMappingArn",
                "arn:aws:lambda:" + mapping.source().region() + ":"
                        + mapping.source().account() + ":event-source-mapping:" + mapping.uuid());
        settings.maximumConcurrency()
                .ifPresent(most -> body.putObject("ScalingConfig").put("MaximumConcurrency", most));
        if (!settings.filters().isEmpty()) {
            filters(body.putObject("FilterCriteria"), settings.filters());
        }
        return body;
    }

    private static void filters(ObjectNode criteria, List<String> patterns) {
        ArrayNode filters = criteria.putArray("Filters");
        patterns.forEach(pattern -> filters.addObject().put("Pattern", pattern));
    }
}
