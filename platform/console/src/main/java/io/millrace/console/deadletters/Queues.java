package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.topology.Topology;
import io.millrace.deadletter.AsyncDeadLetters;
import io.millrace.deadletter.DeadLetterJson;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.QueueOverview;
import io.millrace.deadletter.RefusedException;
import io.millrace.runtime.door.DoorRefusedException;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The queues that can be looked into here: those with dead letters, those with events to be replayed, and no others of
 * the broker. Event loop only.
 */
final class Queues {
    // Long enough to tell a trickle from nothing, short enough to wait for.
    private static final Duration BETWEEN_COUNTS = Duration.ofMillis(400);

    private final LazyDeadLetters broker;
    private Set<String> known = Set.of();
    private @Nullable Future<List<QueueOverview>> looking;

    Queues(LazyDeadLetters broker) {
        this.broker = broker;
    }

    /** All, with their numbers; who asks while somebody else does gets the same. */
    Future<ObjectNode> overview() {
        Future<List<QueueOverview>> underWay = looking;
        if (underWay == null) {
            underWay = broker.open().compose(letters -> letters.overview(BETWEEN_COUNTS));
            looking = underWay;
            underWay.onComplete(seen -> looking = null);
        }
        return underWay.map(this::json);
    }

    /** The dead-letter queue of a function, or of this name, as it is now. */
    Future<DeadLetterQueue> named(String functionOrQueue) {
        return broker.open().compose(letters -> letters.queue(functionOrQueue)
                .recover(Queues::missing)
                .compose(found -> withDeadLetters(letters, found)));
    }

    private static Future<DeadLetterQueue> missing(Throwable failure) {
        return Future.failedFuture(
                failure instanceof RefusedException
                        ? DoorRefusedException.notFound(String.valueOf(failure.getMessage()))
                        : failure);
    }

    private Future<DeadLetterQueue> withDeadLetters(AsyncDeadLetters letters, DeadLetterQueue found) {
        if (known.contains(found.name()) || Topology.isOfReplays(found.name())) {
            return Future.succeededFuture(found);
        }
        return letters.queues().compose(all -> {
            known = all.stream().map(DeadLetterQueue::name).collect(Collectors.toSet());
            return known.contains(found.name())
                    ? Future.succeededFuture(found)
                    : Future.failedFuture(DoorRefusedException.notFound("queue '" + found.name()
                            + "' is none of dead letters, expected one of those that the overview lists"));
        });
    }

    private ObjectNode json(List<QueueOverview> found) {
        ObjectNode answer = Words.object().put("broker", broker.address().toString());
        answer.put("at", Instant.now().toString());
        ArrayNode queues = answer.putArray("queues");
        for (QueueOverview each : found) {
            queues.add(DeadLetterJson.of(each).without("address"));
        }
        return answer;
    }
}
