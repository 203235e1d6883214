package io.millrace.runtime.replay;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import java.time.Instant;

/**
 * A replay as it is kept and shown.
 *
 * @param by who asked
 * @param reason why it failed; empty where it did not
 */
record HistoryReplay(
        String id, ReplayOrder order, ReplayState state, ReplayCounts counts, String by, Instant begun, String reason) {

    String queue() {
        return Topology.replayAddress(id);
    }

    HistoryReplay in(ReplayState newState, ReplayCounts newCounts, String newReason) {
        return new HistoryReplay(id, order, newState, newCounts, by, begun, newReason);
    }

    ObjectNode document() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("replay", id)
                .put("function", order.function().value())
                .put("into", order.into())
                .put("from", order.from().toString())
                .put("to", order.to().toString())
                .put("pattern", order.pattern())
                .put("withoutKeys", order.withoutKeys())
                .put("dryRun", order.dryRun())
                .put("state", state.name())
                .put("events", counts.events())
                .put("undated", counts.undated())
                .put("unreadable", counts.unreadable())
                .put("withoutPayload", counts.withoutPayload())
                .put("queue", queue())
                .put("by", by)
                .put("begun", begun.toString())
                .put("reason", reason);
    }

    static HistoryReplay of(ObjectNode document) {
        return new HistoryReplay(
                document.path("replay").asText(),
                new ReplayOrder(
                        new FunctionName(document.path("function").asText()),
                        document.path("into").asText(),
                        Instant.parse(document.path("from").asText()),
                        Instant.parse(document.path("to").asText()),
                        document.path("pattern").asText(),
                        document.path("withoutKeys").asBoolean(),
                        document.path("dryRun").asBoolean()),
                ReplayState.valueOf(document.path("state").asText()),
                new ReplayCounts(
                        document.path("events").asLong(),
                        document.path("undated").asLong(),
                        document.path("unreadable").asLong(),
                        document.path("withoutPayload").asLong()),
                document.path("by").asText(),
                Instant.parse(document.path("begun").asText()),
                document.path("reason").asText());
    }
}
