package io.millrace.runtime.payloads;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.QueueBrowser;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.Topology;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes files to which no message refers: those of events that were never accepted, whose dead letters were purged or
 * edited, or whose end came together with a crash. For the start of a server with a broker of its own, before a worker
 * takes anything: what a consumer has or what waits for its time, nobody can read, and while there is any nothing is
 * removed. Nor is it when anything fails.
 */
public final class PayloadSweep {
    private static final Logger LOGGER = LoggerFactory.getLogger(PayloadSweep.class);

    /** No event comes into these, and some are long. */
    private static final List<String> WITHOUT_EVENTS = List.of(
            Topology.STREAM_PREFIX,
            Topology.SCHEDULE_PREFIX,
            Topology.TOPIC_PREFIX,
            Topology.BUS_PREFIX,
            Topology.ARCHIVE_PREFIX,
            Topology.REPLY_PREFIX,
            Topology.TOOLS_PREFIX);

    private final Vertx vertx;
    private final PayloadStore store;
    private final BrokerConnection connection;
    private final BrokerManagement management;
    private final Clock clock;

    public PayloadSweep(
            Vertx vertx, PayloadStore store, BrokerConnection connection, BrokerManagement management, Clock clock) {
        this.vertx = vertx;
        this.store = store;
        this.connection = connection;
        this.management = management;
        this.clock = clock;
    }

    /**
     * Where no file is old enough, it asks the broker nothing.
     *
     * @param age of a file, at least
     * @return how many files were removed; never fails
     */
    public Future<Integer> sweep(Duration age) {
        return vertx.executeBlocking(() -> {
                    store.removeIncomplete(clock.instant());
                    return store.olderThan(age, clock.instant());
                })
                .compose(old -> old.isEmpty() ? Future.succeededFuture(old) : unreferenced(old))
                .compose(orphans -> vertx.executeBlocking(() -> remove(orphans)))
                .onFailure(failed -> LOGGER.atWarn()
                        .addKeyValue(LogKeys.REASON, failed.getMessage())
                        .log("payloads that nobody refers to are not removed; the next start looks again"))
                .otherwise(0);
    }

    private int remove(Set<String> orphans) throws IOException {
        for (String orphan : orphans) {
            store.remove(orphan);
        }
        if (!orphans.isEmpty()) {
            LOGGER.atInfo().addKeyValue("payloads", orphans.size()).log("payloads removed that nobody referred to");
        }
        return orphans.size();
    }

    /** Every queue is read twice: what an operator moves meanwhile from one that is still to come into one that was. */
    private Future<Set<String>> unreferenced(Set<String> old) {
        Set<String> left = new HashSet<>(old);
        return queues().compose(first -> readAll(first, left))
                .compose(read -> queues())
                .compose(second -> readAll(second, left))
                .compose(read -> queues())
                .map(quiet -> left);
    }

    private Future<List<QueueState>> queues() {
        return management.listQueues("").map(all -> {
            List<QueueState> read = all.stream()
                    .filter(queue -> !queue.internal() && !queue.temporary())
                    .filter(queue -> WITHOUT_EVENTS.stream().noneMatch(queue.address()::startsWith))
                    .toList();
            for (QueueState queue : read) {
                if (queue.scheduled() > 0 || queue.delivering() > 0) {
                    throw new IllegalStateException("queue " + queue.name() + " has messages that cannot be read now");
                }
            }
            return read;
        });
    }

    private Future<Void> readAll(List<QueueState> queues, Set<String> left) {
        Future<Void> read = Future.succeededFuture();
        for (QueueState queue : queues) {
            if (queue.messages() > 0) {
                read = read.compose(before -> readOne(queue, left));
            }
        }
        return read;
    }

    private Future<Void> readOne(QueueState queue, Set<String> left) {
        boolean isOnlyOne = queue.name().equals(queue.address());
        QueueBrowser browser = new QueueBrowser(
                connection, isOnlyOne ? queue.name() : Topology.queueOf(queue.address(), queue.name()));
        return pages(browser, left).onComplete(read -> browser.close());
    }

    private static Future<Void> pages(QueueBrowser browser, Set<String> left) {
        return browser.next().compose(page -> {
            page.forEach(message -> keep(message, left));
            return page.isEmpty() ? Future.succeededFuture() : pages(browser, left);
        });
    }

    /** Whatever its body is by now. */
    private static void keep(Message message, Set<String> left) {
        EventMessages.property(message, EventProperties.PAYLOAD)
                .flatMap(StoredPayload::parse)
                .ifPresent(stored -> left.remove(stored.name()));
    }
}
