package io.millrace.console;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.Topology;
import io.millrace.runtime.door.Door;
import io.millrace.runtime.door.DoorAnswer;
import io.millrace.runtime.door.DoorRefusedException;
import io.millrace.runtime.door.DoorRequest;
import io.millrace.runtime.door.Doorway;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /_millrace/queues}: the queues of the broker with their depth and consumers, the fullest first.
 * {@code name} finds by a part of the name; what the platform and the broker keep for themselves is left out unless
 * {@code all=true}. Thread-safe.
 */
final class QueuesDoor implements Door {
    private static final int PATIENCE_SECONDS = 5;
    private static final int SHOWN = 200;
    private static final int MOST_SHOWN = 5_000;

    private @Nullable Future<Link> link;

    private record Link(BrokerConnection connection, BrokerManagement management) {}

    @Override
    public void mount(Doorway doorway) {
        Supplier<Future<Link>> connected = () -> connected(doorway);
        doorway.guarded(
                HttpMethod.GET, "/_millrace/queues", "millrace:GetQueues", request -> answer(connected, request));
        doorway.onClose(this::close);
    }

    /** From the first look on; the connection comes back by itself when the broker was away. */
    private Future<Link> connected(Doorway doorway) {
        return opened(doorway).compose(open -> open.connection()
                .firstUp()
                .timeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .transform(up -> Future.succeededFuture(open))); // If it is still away, the listing says so.
    }

    /** Requests come on several event loops. */
    private synchronized Future<Link> opened(Doorway doorway) {
        if (link == null || link.failed()) {
            link = BrokerConnection.open(doorway.vertx(), doorway.broker(), "console")
                    .map(connection -> new Link(connection, new BrokerManagement(connection)));
        }
        return link;
    }

    private synchronized Future<Void> close() {
        return link == null
                ? Future.succeededFuture()
                : link.compose(open -> open.connection().close()).otherwiseEmpty();
    }

    private static Future<DoorAnswer> answer(Supplier<Future<Link>> connected, DoorRequest request) {
        boolean all = request.query("all").filter("true"::equals).isPresent();
        String part = request.query("name").orElse("");
        int limit = request.query("limit").map(QueuesDoor::limit).orElse(SHOWN);
        return connected
                .get()
                .compose(open -> open.management().listQueues(part))
                .map(found -> DoorAnswer.json(200, render(found, all, limit)));
    }

    private static int limit(String text) {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MOST_SHOWN) {
                return limit;
            }
        } catch (NumberFormatException notANumber) {
            throw unusable(text);
        }
        throw unusable(text);
    }

    private static DoorRefusedException unusable(String text) {
        return DoorRefusedException.invalid("limit is '" + text + "', expected 1 to " + MOST_SHOWN);
    }

    private static ObjectNode render(List<QueueState> found, boolean all, int limit) {
        List<QueueState> shown = found.stream()
                .filter(queue -> all || !isInternal(queue))
                .sorted(Comparator.comparingLong(QueueState::messages)
                        .reversed()
                        .thenComparing(QueueState::name))
                .toList();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("total", shown.size());
        body.put("hidden", found.size() - shown.size());
        var queues = body.putArray("queues");
        shown.stream().limit(limit).forEach(queue -> queues.addObject()
                .put("name", queue.name())
                .put("address", queue.address())
                .put("kind", kind(queue))
                .put("durable", queue.durable())
                .put("messages", queue.messages())
                .put("scheduled", queue.scheduled())
                .put("delivering", queue.delivering())
                .put("consumers", queue.consumers())
                .put("added", queue.added()));
        return body;
    }

    /** What serves the platform's or the broker's own ends; events of functions wait in {@code invoke.} queues. */
    private static boolean isInternal(QueueState queue) {
        return queue.internal()
                || queue.temporary()
                || (Topology.isOwn(queue.address())
                        && Stream.of(Topology.INVOKE_PREFIX, Topology.EXPIRED_PREFIX)
                                .noneMatch(queue.address()::startsWith));
    }

    private static String kind(QueueState queue) {
        String address = queue.address();
        if (address.startsWith(Topology.INVOKE_PREFIX)) {
            return "events";
        }
        if (address.startsWith(Topology.EXPIRED_PREFIX)) {
            return "expired";
        }
        if (Topology.isOfDeadLetters(address)) {
            return "dead-letters";
        }
        return queue.internal() || queue.temporary() || Topology.isOwn(address) ? "internal" : "queue";
    }
}
