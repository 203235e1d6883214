package io.millrace.deadletter;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.vertx.core.Future;
import java.util.Optional;

/** Refuses, before anything moves, what would lose messages or cannot work. */
final class Preflight {
    private final BrokerManagement management;
    private final Room room;

    Preflight(BrokerManagement management, Room room) {
        this.management = management;
        this.room = room;
    }

    /** Fails with PreflightException where those of {@code route} must not go. */
    Future<Void> check(String from, JobRoute route) {
        if (route.target().equals(from)) {
            return refused("dead letters of " + from + " would go to where they are; nothing was moved");
        }
        return room.find(route.target()).compose(found -> check(from, route, found));
    }

    private Future<Void> check(String from, JobRoute route, Optional<QueueState> found) {
        if (found.isEmpty()) {
            return refused("queue '" + route.target() + "' does not exist, " + route.planned() + " dead letters of "
                    + from + " would go there; nothing was moved, create it or name another queue");
        }
        QueueState target = found.get();
        return attribute(target, "lastValue")
                .compose(lastValue -> lastValue.asBoolean() ? refusedLastValue(target) : attribute(target, "ringSize"))
                .compose(ring -> ring.asLong(-1) > 0 ? refusedRing(target, ring.asLong()) : room.in(target, from))
                .compose(free -> checkRoom(route, free));
    }

    private static Future<JsonNode> refusedLastValue(QueueState target) {
        return refused("queue '" + target.name() + "' is a last-value queue, where an old value would replace a newer "
                + "one; nothing was moved, name another queue");
    }

    private static Future<Room.Free> refusedRing(QueueState target, long size) {
        return refused("queue '" + target.name() + "' is a ring of " + size
                + " messages, which drops its oldest; nothing was moved, name another queue");
    }

    private static Future<Void> checkRoom(JobRoute route, Room.Free free) {
        if (free.drops()) {
            return refused("queue '" + route.target()
                    + "' drops messages when it is full; nothing was moved, give it another policy first");
        }
        if (free.fails() && free.free() < route.left()) {
            return refused("queue '" + route.target() + "' is full after about " + free.free() + " more (policy FAIL), "
                    + route.left() + " would go there; nothing was moved, "
                    + (free.free() == 0 ? "make room first" : "make room or move fewer"));
        }
        return Future.succeededFuture();
    }

    private Future<JsonNode> attribute(QueueState queue, String name) {
        return management.attribute("queue." + queue.name(), name);
    }

    private static <T> Future<T> refused(String message) {
        return Future.failedFuture(new PreflightException(message));
    }
}
