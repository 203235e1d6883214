package io.millrace.runtime.kinesisapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.stream.SequenceNumber;
import io.millrace.runtime.stream.ShardView;
import io.millrace.runtime.stream.StreamDefinition;
import io.millrace.runtime.stream.Streams;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes, shows, changes and deletes streams. */
final class StreamChanges {
    private static final int MOST_SHOWN = 10_000;
    private static final int LARGEST_PAGE = 1_000;
    private static final int STREAMS_SHOWN = 100;
    private static final String PROVISIONED = "PROVISIONED";
    /** All shards are open and none ever closes, so each of these means all of them. */
    private static final Set<String> FILTERS = Set.of(
            "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST", "AT_TIMESTAMP", "FROM_TIMESTAMP", "AFTER_SHARD_ID");

    private final Streams streams;
    private final StreamArns arns;
    private final Refusals refusals;

    StreamChanges(Streams streams, StreamArns arns, Refusals refusals) {
        this.streams = streams;
        this.arns = arns;
        this.refusals = refusals;
    }

    private static ObjectNode nothing() {
        return JsonNodeFactory.instance.objectNode();
    }

    Future<ObjectNode> create(Members request) {
        request.only("StreamName", "ShardCount", "StreamModeDetails");
        String name = request.requireText("StreamName");
        String mode = request.object("StreamModeDetails")
                .map(details -> details.only("StreamMode").requireText("StreamMode"))
                .orElse(PROVISIONED);
        if (!mode.equals(PROVISIONED)) {
            throw Refusal.validation("StreamMode is '" + mode + "', expected " + PROVISIONED
                    + ": the number of shards does not change by itself here");
        }
        int shards = request.integer("ShardCount").orElseThrow(() -> Refusal.missing("ShardCount"));
        if (shards < 1) {
            throw Refusal.validation(
                    "1 validation error detected: Value '" + shards
                            + "' at 'shardCount' failed to satisfy constraint: Member must have value greater than or equal to 1");
        }
        if (shards > Streams.MOST_SHARDS) {
            throw Refusal.limit("ShardCount is '" + shards + "', expected 1 to " + Streams.MOST_SHARDS);
        }
        return streams.create(name, shards, StreamDefinition.DEFAULT_RETENTION).map(created -> nothing());
    }

    /** There are no consumers to enforce anything against. */
    Future<ObjectNode> delete(Members request) {
        request.only("StreamName", "StreamARN", "EnforceConsumerDeletion").truth("EnforceConsumerDeletion");
        return streams.delete(arns.stream(request)).map(deleted -> nothing());
    }

    Future<ObjectNode> increaseRetention(Members request) {
        return retain(request, true);
    }

    Future<ObjectNode> decreaseRetention(Members request) {
        return retain(request, false);
    }

    private Future<ObjectNode> retain(Members request, boolean longer) {
        request.only("StreamName", "StreamARN", "RetentionPeriodHours");
        StreamDefinition stream = stream(request);
        int hours = request.integer("RetentionPeriodHours").orElseThrow(() -> Refusal.missing("RetentionPeriodHours"));
        long now = stream.retention().toHours();
        if (longer ? hours < now : hours > now) {
            throw Refusal.argument("RetentionPeriodHours is " + hours + ", expected "
                    + (longer ? "at least " : "at most ") + now + ", which it is now");
        }
        return streams.retain(stream.name(), Duration.ofHours(hours)).map(changed -> nothing());
    }

    private StreamDefinition stream(Members request) {
        String name = arns.stream(request);
        return streams.find(name).orElseThrow(() -> refusals.unknownStream(name));
    }

    Future<ObjectNode> list(Members request) {
        request.only("Limit", "ExclusiveStartStreamName", "NextToken");
        int most = request.integer("Limit", STREAMS_SHOWN, 1, MOST_SHOWN);
        String after = request.text("NextToken")
                .or(() -> request.text("ExclusiveStartStreamName"))
                .orElse("");
        List<StreamDefinition> rest = streams.all().stream()
                .filter(stream -> stream.name().compareTo(after) > 0)
                .toList();
        List<StreamDefinition> page = rest.subList(0, Math.min(most, rest.size()));
        ObjectNode body = nothing();
        ArrayNode names = body.putArray("StreamNames");
        ArrayNode summaries = body.putArray("StreamSummaries");
        for (StreamDefinition stream : page) {
            names.add(stream.name());
            summaries.add(identity(request.wire(), stream));
        }
        boolean more = page.size() < rest.size();
        if (more) {
            body.put("NextToken", page.get(page.size() - 1).name());
        }
        return Future.succeededFuture(body.put("HasMoreStreams", more));
    }

    private ObjectNode identity(Wire wire, StreamDefinition stream) {
        ObjectNode body = nothing()
                .put("StreamName", stream.name())
                .put("StreamARN", arns.of(stream.name()))
                .put("StreamStatus", "ACTIVE");
        body.putObject("StreamModeDetails").put("StreamMode", PROVISIONED);
        body.set("StreamCreationTimestamp", wire.time(stream.created()));
        return body;
    }

    private ObjectNode described(Wire wire, StreamDefinition stream) {
        ObjectNode body = identity(wire, stream)
                .put("RetentionPeriodHours", (int) stream.retention().toHours())
                .put("EncryptionType", "NONE");
        body.putArray("EnhancedMonitoring").addObject().putArray("ShardLevelMetrics");
        return body;
    }

    Future<ObjectNode> summary(Members request) {
        StreamDefinition stream = stream(request.only("StreamName", "StreamARN"));
        ObjectNode body = nothing();
        body.set(
                "StreamDescriptionSummary",
                described(request.wire(), stream)
                        .put("OpenShardCount", stream.shards())
                        .put("ConsumerCount", 0));
        return Future.succeededFuture(body);
    }

    Future<ObjectNode> describe(Members request) {
        request.only("StreamName", "StreamARN", "Limit", "ExclusiveStartShardId");
        StreamDefinition stream = stream(request);
        int most = request.integer("Limit", LARGEST_PAGE, 1, MOST_SHOWN);
        List<ShardView> rest = shardsAfter(stream, request.text("ExclusiveStartShardId"));
        List<ShardView> page = rest.subList(0, Math.min(most, rest.size()));
        ObjectNode description = described(request.wire(), stream);
        ArrayNode shards = description.putArray("Shards");
        page.forEach(shard -> shards.add(json(shard)));
        description.put("HasMoreShards", page.size() < rest.size());
        ObjectNode body = nothing();
        body.set("StreamDescription", description);
        return Future.succeededFuture(body);
    }

    private List<ShardView> shardsAfter(StreamDefinition stream, Optional<String> start) {
        String after = start.orElse("");
        return streams.shards(stream.name()).stream()
                .filter(shard -> shard.id().compareTo(after) > 0)
                .toList();
    }

    /** The token is stream and shard: what is listed does not change. */
    Future<ObjectNode> shards(Members request) {
        request.only(
                "StreamName",
                "StreamARN",
                "NextToken",
                "ExclusiveStartShardId",
                "MaxResults",
                "ShardFilter",
                "StreamCreationTimestamp");
        Optional<String[]> token = request.text("NextToken").map(StreamChanges::token);
        String name = token.map(parts -> parts[0]).orElseGet(() -> arns.stream(request));
        StreamDefinition stream = streams.find(name).orElseThrow(() -> refusals.unknownStream(name));
        Optional<String> filter = request.object("ShardFilter").flatMap(StreamChanges::startOf);
        Optional<String> start = token.map(parts -> parts[1])
                .or(() -> request.text("ExclusiveStartShardId"))
                .or(() -> filter);
        int most = request.integer("MaxResults", LARGEST_PAGE, 1, MOST_SHOWN);
        List<ShardView> rest = shardsAfter(stream, start);
        List<ShardView> page = rest.subList(0, Math.min(most, rest.size()));
        ObjectNode body = nothing();
        ArrayNode shards = body.putArray("Shards");
        page.forEach(shard -> shards.add(json(shard)));
        if (page.size() < rest.size()) {
            body.put("NextToken", name + " " + page.get(page.size() - 1).id());
        }
        return Future.succeededFuture(body);
    }

    /** The stream that a token of {@link #shards} is of. */
    static String streamOf(String token) {
        return token(token)[0];
    }

    private static String[] token(String text) {
        String[] parts = text.split(" ", 2);
        if (parts.length < 2) {
            throw Refusal.argument("NextToken is '" + text + "', expected one of an answer");
        }
        return parts;
    }

    private static Optional<String> startOf(Members filter) {
        filter.only("Type", "ShardId", "Timestamp");
        String type = filter.requireText("Type");
        if (!FILTERS.contains(type)) {
            throw Refusal.validation("ShardFilter.Type is '" + type + "', expected one of "
                    + FILTERS.stream().sorted().toList());
        }
        return type.equals("AFTER_SHARD_ID") ? Optional.of(filter.requireText("ShardId")) : Optional.empty();
    }

    private static ObjectNode json(ShardView shard) {
        ObjectNode body = nothing().put("ShardId", shard.id());
        body.putObject("HashKeyRange")
                .put("StartingHashKey", shard.hashes().start().toString())
                .put("EndingHashKey", shard.hashes().end().toString());
        body.putObject("SequenceNumberRange").put("StartingSequenceNumber", SequenceNumber.START.toString());
        return body;
    }
}
