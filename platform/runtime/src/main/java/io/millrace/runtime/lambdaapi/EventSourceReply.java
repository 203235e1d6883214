package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.mapping.EventSourceMapping;
import io.millrace.runtime.mapping.MappingSettings;
import io.millrace.runtime.mapping.StreamSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A mapping as callers see it (lambda-semantics 3.3). */
final class EventSourceReply {
    private static final String BEFORE_THE_FIRST = "No records processed";
    private static final long NO_LIMIT = -1;

    private EventSourceReply() {}

    /** @param lastResult how the last batch ended; empty before the first */
    static ObjectNode render(EventSourceMapping mapping, Optional<String> lastResult, IdentitySettings identity) {
        SourceDescription source = mapping.source();
        SourceKind kind = SourceKind.of(source);
        MappingSettings settings = mapping.settings();
        ObjectNode body = Json.object();
        body.put("UUID", mapping.uuid());
        source.startingPosition().ifPresent(position -> body.put("StartingPosition", position.name()));
        source.startingTimestamp().ifPresent(time -> body.put("StartingPositionTimestamp", seconds(time)));
        body.put("BatchSize", settings.batchSize())
                .put("MaximumBatchingWindowInSeconds", settings.window().toSeconds());
        if (kind.has(SourceTrait.PARALLEL)) {
            body.put("ParallelizationFactor", settings.stream().parallelization());
        }
        source.arn().ifPresent(arn -> body.put("EventSourceArn", arn));
        body.put("FunctionArn", settings.function().toString())
                .put("LastModified", seconds(mapping.lastModified()))
                .put("State", mapping.state().wireName())
                .put("StateTransitionReason", kind.transitionReason());
        if (!kind.isQueue()) {
            body.put("LastProcessingResult", lastResult.orElse(BEFORE_THE_FIRST));
        }
        if (kind.showsItemFailures() || settings.reportsItemFailures()) {
            texts(
                    body,
                    "FunctionResponseTypes",
                    settings.reportsItemFailures() ? List.of("ReportBatchItemFailures") : List.of());
        }
        body.put(
                "EventSourceMappingArn",
                "arn:aws:lambda:" + identity.region() + ":" + identity.account() + ":event-source-mapping:"
                        + mapping.uuid());
        settings.maximumConcurrency()
                .ifPresent(most -> body.putObject("ScalingConfig").put("MaximumConcurrency", most));
        if (!settings.filters().isEmpty()) {
            ArrayNode filters = body.putObject("FilterCriteria").putArray("Filters");
            settings.filters().forEach(pattern -> filters.addObject().put("Pattern", pattern));
        }
        stream(body, kind, settings.stream());
        source(body, kind, source, mapping.uuid());
        return body;
    }

    /** Of Kafka, only what was asked for: AWS has none of it there where it was not. */
    private static void stream(ObjectNode body, SourceKind kind, StreamSettings settings) {
        boolean isAsked = kind.isKafka() && !settings.equals(StreamSettings.DEFAULTS);
        if (kind.has(SourceTrait.TUMBLING) || isAsked) {
            ObjectNode onFailure = body.putObject("DestinationConfig").putObject("OnFailure");
            settings.onFailure().ifPresent(destination -> onFailure.put("Destination", destination));
            body.put(
                            "MaximumRecordAgeInSeconds",
                            settings.maximumAge().map(Duration::toSeconds).orElse(NO_LIMIT))
                    .put("BisectBatchOnFunctionError", settings.bisects())
                    .put("MaximumRetryAttempts", settings.maximumRetries().orElse((int) NO_LIMIT));
        }
        if (kind.has(SourceTrait.TUMBLING)) {
            body.put("TumblingWindowInSeconds", settings.tumblingWindow().toSeconds());
        }
    }

    private static void source(ObjectNode body, SourceKind kind, SourceDescription source, String uuid) {
        textsUnlessNone(body, "Topics", source.topics());
        textsUnlessNone(body, "Queues", source.queues());
        if (!source.accessConfigurations().isEmpty()) {
            ArrayNode list = body.putArray("SourceAccessConfigurations");
            source.accessConfigurations()
                    .forEach(each -> list.addObject().put("Type", each.type()).put("URI", each.uri()));
        }
        if (kind.isKafka()) {
            if (kind == SourceKind.SELF_MANAGED_KAFKA) {
                texts(
                        body.putObject("SelfManagedEventSource").putObject("Endpoints"),
                        "KAFKA_BOOTSTRAP_SERVERS",
                        source.bootstrapServers());
            }
            body.putObject(kind.groupMember())
                    .put("ConsumerGroupId", source.consumerGroup().orElse(uuid));
        }
    }

    private static void textsUnlessNone(ObjectNode body, String member, Collection<String> texts) {
        if (!texts.isEmpty()) {
            texts(body, member, texts);
        }
    }

    private static void texts(ObjectNode body, String member, Collection<String> texts) {
        texts.forEach(body.putArray(member)::add);
    }

    private static double seconds(Instant time) {
        return time.toEpochMilli() / 1000.0;
    }
}
