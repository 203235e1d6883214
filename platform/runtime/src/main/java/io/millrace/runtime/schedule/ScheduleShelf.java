package io.millrace.runtime.schedule;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.topology.Topology;
import io.millrace.runtime.registry.Document;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.schedule.ScheduleRefusedException.GroupExists;
import io.millrace.runtime.schedule.ScheduleRefusedException.GroupUnknown;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

/** Stored schedules and their groups. Thread-safe; no method blocks, changes follow one after the other. */
final class ScheduleShelf {
    private static final String NO_OWNER = "";
    private static final String QUEUE = "queue";
    private static final String NAME = "name";
    private static final String CREATED = "created";
    private static final int QUEUE_ID_LENGTH = 12;

    private final DocumentShelf documents;
    private final WorkerExecutor oneByOne;

    ScheduleShelf(Vertx vertx, DocumentShelf documents) {
        this.documents = documents;
        this.oneByOne = vertx.createSharedWorkerExecutor("millrace-schedules", 1);
    }

    /** From memory. */
    Optional<Schedule> find(ScheduleKey key) {
        return documents
                .find(DocumentKind.SCHEDULE, key.group(), key.name())
                .map(document -> ScheduleDocument.read(key, document));
    }

    /** From memory, ordered by group and name. */
    List<Schedule> all() {
        return documents.all(DocumentKind.SCHEDULE).stream()
                .map(ScheduleShelf::schedule)
                .toList();
    }

    /** From memory, ordered by name. */
    List<Schedule> of(String group) {
        return documents.of(DocumentKind.SCHEDULE, group).stream()
                .map(ScheduleShelf::schedule)
                .toList();
    }

    private static Schedule schedule(Document document) {
        return ScheduleDocument.read(new ScheduleKey(document.owner(), document.name()), document.content());
    }

    /**
     * @param change from what is stored to what shall be; what it throws fails the future
     * @return what is stored now
     */
    Future<Optional<Schedule>> change(ScheduleKey key, UnaryOperator<Optional<Schedule>> change) {
        return inTurn(() -> changeNow(key, change));
    }

    /** As {@link #change}, in a group that must be there. */
    Future<Optional<Schedule>> changeInGroup(ScheduleKey key, UnaryOperator<Optional<Schedule>> change) {
        return inTurn(() -> {
            requireGroup(key.group());
            return changeNow(key, change);
        });
    }

    private Optional<Schedule> changeNow(ScheduleKey key, UnaryOperator<Optional<Schedule>> change) {
        return documents
                .change(DocumentKind.SCHEDULE, key.group(), key.name(), before -> change.apply(
                                before.map(document -> ScheduleDocument.read(key, document)))
                        .map(ScheduleDocument::write))
                .map(document -> ScheduleDocument.read(key, document));
    }

    /** From memory, ordered by name; without the default group. */
    List<ScheduleGroup> groups() {
        return documents.of(DocumentKind.SCHEDULE_GROUP, NO_OWNER).stream()
                .map(document -> group(document.name(), document.content()))
                .toList();
    }

    /** From memory. */
    Optional<ScheduleGroup> findGroup(String name) {
        return documents.find(DocumentKind.SCHEDULE_GROUP, NO_OWNER, name).map(document -> group(name, document));
    }

    private static ScheduleGroup group(String name, ObjectNode document) {
        return new ScheduleGroup(
                name, Instant.ofEpochMilli(document.path(CREATED).asLong()));
    }

    private void requireGroup(String name) {
        if (!name.equals(ScheduleKey.DEFAULT_GROUP) && findGroup(name).isEmpty()) {
            throw new GroupUnknown(name);
        }
    }

    /** Fails with GroupExists. */
    Future<ScheduleGroup> createGroup(String name, Instant now) {
        return inTurn(() -> {
            ObjectNode document = JsonNodeFactory.instance.objectNode().put(CREATED, now.toEpochMilli());
            documents.change(DocumentKind.SCHEDULE_GROUP, NO_OWNER, name, before -> {
                if (before.isPresent()) {
                    throw new GroupExists(name);
                }
                return Optional.of(document);
            });
            return group(name, document);
        });
    }

    /**
     * With all its schedules; a crash in between leaves the group with fewer.
     *
     * @return the schedules that are gone; fails with GroupUnknown
     */
    Future<List<Schedule>> deleteGroup(String name) {
        return inTurn(() -> {
            requireGroup(name);
            List<Schedule> gone = of(name);
            gone.forEach(schedule -> changeNow(schedule.key(), before -> Optional.empty()));
            documents.change(DocumentKind.SCHEDULE_GROUP, NO_OWNER, name, before -> Optional.empty());
            return gone;
        });
    }

    /** Where the tokens are; the name is found once and stays. */
    Future<String> queue() {
        Optional<ObjectNode> known = documents.find(DocumentKind.SCHEDULE_QUEUE, NO_OWNER, QUEUE);
        return known.isPresent()
                ? Future.succeededFuture(queue(known.get()))
                : inTurn(() -> queue(documents
                        .change(
                                DocumentKind.SCHEDULE_QUEUE,
                                NO_OWNER,
                                QUEUE,
                                before -> before.or(() -> Optional.of(
                                        JsonNodeFactory.instance.objectNode().put(NAME, newQueue()))))
                        .orElseThrow()));
    }

    private static String queue(ObjectNode document) {
        return document.path(NAME).asText();
    }

    private static String newQueue() {
        return Topology.scheduleAddress(
                UUID.randomUUID().toString().replace("-", "").substring(0, QUEUE_ID_LENGTH));
    }

    private <T> Future<T> inTurn(Callable<T> change) {
        return oneByOne.executeBlocking(change);
    }
}
