package io.millrace.runtime.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The segments of shards as the registry lists them, and their queues. A queue is made before it is listed and deleted
 * before it leaves the list, so that none is forgotten. All futures complete on the event loop.
 */
final class SegmentShelf {
    private final DocumentShelf documents;
    private final BrokerManagement management;
    private final BrokerConnection connection;
    private final WorkerExecutor disk;

    /** @param connection whose event loop futures complete on */
    SegmentShelf(
            DocumentShelf documents, BrokerManagement management, BrokerConnection connection, WorkerExecutor disk) {
        this.documents = documents;
        this.management = management;
        this.connection = connection;
        this.disk = disk;
    }

    /** From memory, in order. */
    List<Segment> of(ShardName shard) {
        List<Segment> segments = new ArrayList<>();
        documents
                .find(DocumentKind.STREAM_SHARD, shard.stream(), shard.id())
                .ifPresent(document -> document.path("segments").forEach(each -> segments.add(segment(each))));
        return segments;
    }

    /** On disk when it completes. */
    Future<Void> save(ShardName shard, Collection<Segment> segments) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        ArrayNode list = document.putArray("segments");
        segments.forEach(each -> list.add(json(each)));
        return onLoop(disk.executeBlocking(() -> {
            documents.change(DocumentKind.STREAM_SHARD, shard.stream(), shard.id(), before -> Optional.of(document));
            return null;
        }));
    }

    /** Unless it is there. */
    Future<Void> createQueue(ShardName shard, long segment) {
        return onLoop(management.createQueue(new QueueSpec(address(shard, segment), true)));
    }

    /** With its records, if it is there. */
    Future<Void> deleteQueue(ShardName shard, long segment) {
        String queue = address(shard, segment);
        return onLoop(management.deleteQueue(queue).recover(refusal -> unlessGone(queue, refusal)));
    }

    private Future<Void> unlessGone(String queue, Throwable refusal) {
        if (!(refusal instanceof BrokerRefusedException)) {
            return Future.failedFuture(refusal);
        }
        return management
                .findQueue(queue)
                .compose(found -> found.isPresent() ? Future.failedFuture(refusal) : Future.succeededFuture());
    }

    Future<Boolean> hasQueue(ShardName shard, long segment) {
        return onLoop(management.findQueue(address(shard, segment)).map(Optional::isPresent));
    }

    static String address(ShardName shard, long segment) {
        return Topology.segmentAddress(shard.stream(), shard.id(), segment);
    }

    <T> Future<T> onLoop(Future<T> elsewhere) {
        Promise<T> here = Promise.promise();
        elsewhere.onComplete(done -> connection.run(() -> here.handle(done)));
        return here.future();
    }

    private static ObjectNode json(Segment segment) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("number", segment.number())
                .put("opened", segment.opened().toEpochMilli());
        segment.sealed().ifPresent(time -> json.put("sealed", time.toEpochMilli()));
        segment.records().ifPresent(records -> json.put("records", records));
        return json;
    }

    private static Segment segment(JsonNode json) {
        return new Segment(
                json.path("number").asLong(),
                Instant.ofEpochMilli(json.path("opened").asLong()),
                Optional.of(json.path("sealed"))
                        .filter(JsonNode::isNumber)
                        .map(time -> Instant.ofEpochMilli(time.asLong())),
                json.path("records").isNumber()
                        ? OptionalLong.of(json.path("records").asLong())
                        : OptionalLong.empty());
    }
}
