package io.millrace.deadletter;

import io.millrace.broker.management.BrokerManagement;
import io.vertx.core.Future;
import java.util.function.Consumer;

/**
 * Deletes dead letters for good, and of those that were there when it began only: what dies meanwhile stays. One run.
 */
final class Purge {
    private static final int STEP = 1_000;

    private final BrokerManagement management;
    private final JobTools tools;
    private final DeadLetterQueue queue;
    private final Selection found;
    private long exported;
    private long removed;

    Purge(JobTools tools, DeadLetterQueue queue, Selection found) {
        this.management = tools.management();
        this.tools = tools;
        this.queue = queue;
        this.found = found;
    }

    /** Shows each to {@code exporter}, whole, and deletes nothing yet. */
    Future<Void> export(Consumer<DeadLetter> exporter) {
        return tools.letters().look(queue, found, Look.WHOLE, letter -> {
            exporter.accept(letter);
            exported++;
        });
    }

    /** Deletes them. Fails with RefusedException, and nothing is deleted, if others are there than were exported. */
    Future<Long> delete() {
        return JobCounts.count(tools, queue.name(), found)
                .compose(count -> count == exported
                        ? deleteAll()
                        : Future.failedFuture(new RefusedException(exported + " dead letters of " + queue.name()
                                + " were exported and " + count
                                + " are there; nothing was deleted, run it again")));
    }

    Future<Long> deleteUnseen() {
        return deleteAll();
    }

    private Future<Long> deleteAll() {
        Finder finder = new Finder(tools.letters(), queue.name(), found);
        return Steps.repeat(() -> finder.next(STEP)
                        .compose(batch -> batch.isEmpty()
                                ? Future.succeededFuture(false)
                                : delete(batch.get()).map(more -> {
                                    removed += more;
                                    return !finder.isForBroker();
                                })))
                .onComplete(end -> finder.close())
                .map(end -> removed);
    }

    private Future<Long> delete(String selector) {
        return Answers.inTime(
                management
                        .operation("queue." + queue.name(), "removeMessages", selector)
                        .map(count -> count.asLong()),
                tools.broker());
    }
}
