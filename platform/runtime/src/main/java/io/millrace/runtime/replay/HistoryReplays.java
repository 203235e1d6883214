package io.millrace.runtime.replay;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.embedded.EventHistory;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the broker's history and lays out what is meant in a queue of the replay's own, from which a redrive job moves
 * it on. Until all are there nothing reaches the function, so what a crash cuts short is thrown away at the next start.
 * One reads at a time. Thread-safe; nothing blocks.
 */
public final class HistoryReplays {
    private static final Logger LOGGER = LoggerFactory.getLogger(HistoryReplays.class);
    private static final String NO_OWNER = "";
    /** Sent and not yet answered: enough to keep the broker's disk busy. */
    private static final int UNDER_WAY = 512;

    private static final long PATIENCE_MINUTES = 2;
    private static final int MOST_KEPT = 100;

    private final EventHistory history;
    private final DocumentShelf documents;
    private final BrokerManagement broker;
    private final BrokerConnection connection;
    private final Publisher publisher;
    private final PastPayloads payloads;
    private final InstantSource clock;
    private final WorkerExecutor reader;
    private final WorkerExecutor writer;
    private final Map<String, PastEvents> collecting = new ConcurrentHashMap<>();
    private volatile boolean closing;

    /** @param connection to send by */
    public HistoryReplays(
            Vertx vertx,
            EventHistory history,
            DocumentShelf documents,
            BrokerManagement broker,
            BrokerConnection connection,
            PastPayloads payloads,
            InstantSource clock) {
        this.history = history;
        this.documents = documents;
        this.broker = broker;
        this.connection = connection;
        this.publisher = new Publisher(connection);
        this.payloads = payloads;
        this.clock = clock;
        this.reader = vertx.createSharedWorkerExecutor("millrace-history", 1, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        this.writer = vertx.createSharedWorkerExecutor("millrace-history-changes", 1);
    }

    /**
     * Throws away what the last stop cut short; to be called once, before the first {@link #begin}. What the broker does
     * not delete now is said so, and is tried again at the next start.
     */
    public Future<Void> resume() {
        List<Future<?>> cleared = new ArrayList<>();
        for (HistoryReplay replay : all()) {
            if (replay.state() == ReplayState.COLLECTING) {
                cleared.add(failed(replay, "the server ended while it collected them; nothing was replayed"));
            } else if (replay.state() == ReplayState.FAILED) {
                cleared.add(dropQueue(replay).recover(failure -> {
                    notDropped(replay, failure);
                    return Future.succeededFuture();
                }));
            }
        }
        return Future.join(cleared).mapEmpty();
    }

    /** Ends what is being collected. */
    public void close() {
        closing = true;
    }

    EventHistory history() {
        return history;
    }

    /** From memory, the youngest first; those being collected with their numbers of this instant. */
    List<HistoryReplay> all() {
        return documents.of(DocumentKind.HISTORY_REPLAY, NO_OWNER).stream()
                .map(stored -> now(HistoryReplay.of(stored.content())))
                .sorted((one, other) -> other.begun().compareTo(one.begun()))
                .toList();
    }

    Optional<HistoryReplay> find(String id) {
        return documents
                .find(DocumentKind.HISTORY_REPLAY, NO_OWNER, id)
                .map(HistoryReplay::of)
                .map(this::now);
    }

    private HistoryReplay now(HistoryReplay replay) {
        PastEvents events = collecting.get(replay.id());
        return events == null ? replay : replay.in(replay.state(), events.counts(), replay.reason());
    }

    /** How many wait in the replay's queue. */
    Future<Long> left(HistoryReplay replay) {
        return broker.findQueue(replay.queue())
                .map(found -> found.map(QueueState::messages).orElse(0L));
    }

    /** @return when it is kept; it goes on from then, whoever asks for it */
    Future<HistoryReplay> begin(ReplayOrder order, String by) {
        String id = UUID.randomUUID().toString().substring(0, 8);
        HistoryReplay replay =
                new HistoryReplay(id, order, ReplayState.COLLECTING, ReplayCounts.NONE, by, clock.instant(), "");
        PastEvents events = new PastEvents(id, order, payloads, clock.millis());
        collecting.put(id, events);
        return clear().compose(cleared -> keep(replay)).onComplete(kept -> {
            if (kept.succeeded()) {
                collect(replay, events);
            } else {
                collecting.remove(id);
            }
        });
    }

    private void collect(HistoryReplay replay, PastEvents events) {
        prepared(replay)
                .compose(ready -> reader.executeBlocking(() -> read(replay, events), true))
                .compose(counts -> ended(replay, counts))
                .recover(failure -> failed(replay, failure))
                .onComplete(over -> {
                    collecting.remove(replay.id());
                    connection.run(() -> publisher.forget(replay.queue()));
                });
    }

    private Future<Void> prepared(HistoryReplay replay) {
        return replay.order().dryRun()
                ? Future.succeededFuture()
                : broker.createQueue(new QueueSpec(replay.queue(), true));
    }

    private ReplayCounts read(HistoryReplay replay, PastEvents events) {
        ReplayOrder order = replay.order();
        List<Future<Void>> sent = new ArrayList<>();
        long unreadable = history.read(Topology.invokeAddress(order.function()), order.from(), order.to(), encoded -> {
            if (closing) {
                throw new IllegalStateException("the server ends");
            }
            Optional<Message> copy = events.take(encoded);
            if (copy.isPresent() && !order.dryRun()) {
                sent.add(publisher.send(replay.queue(), copy.get()));
                if (sent.size() == UNDER_WAY) {
                    await(Future.all(sent));
                    sent.clear();
                }
            }
        });
        await(Future.all(sent));
        return events.counts().withUnreadable(unreadable);
    }

    private static void await(Future<?> answered) {
        try {
            answered.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(PATIENCE_MINUTES, TimeUnit.MINUTES)
                    .join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    private Future<HistoryReplay> ended(HistoryReplay replay, ReplayCounts counts) {
        if (counts.events() > 0 && !replay.order().dryRun()) {
            return keep(replay.in(ReplayState.COLLECTED, counts, ""));
        }
        return (replay.order().dryRun() ? Future.<Void>succeededFuture() : dropQueue(replay))
                .compose(gone -> keep(replay.in(ReplayState.COUNTED, counts, "")));
    }

    private Future<HistoryReplay> failed(HistoryReplay replay, Throwable failure) {
        LOGGER.atWarn().addKeyValue("replay", replay.id()).setCause(failure).log("a replay failed");
        return failed(replay, String.valueOf(failure.getMessage()));
    }

    private Future<HistoryReplay> failed(HistoryReplay replay, String reason) {
        return dropQueue(replay)
                .map(reason)
                .otherwise(failure -> {
                    notDropped(replay, failure);
                    return reason + "; its queue " + replay.queue() + " could not be deleted: " + failure.getMessage();
                })
                .compose(told -> keep(replay.in(ReplayState.FAILED, ReplayCounts.NONE, told)));
    }

    private static void notDropped(HistoryReplay replay, Throwable failure) {
        LOGGER.atWarn()
                .addKeyValue("replay", replay.id())
                .addKeyValue(LogKeys.REASON, failure.getMessage())
                .log("the queue of a failed replay is not deleted; the next start tries again");
    }

    /** Also succeeds where there is none. */
    private Future<Void> dropQueue(HistoryReplay replay) {
        return broker.deleteQueue(replay.queue())
                .recover(failure -> failure instanceof BrokerRefusedException
                        ? broker.findQueue(replay.queue())
                                .compose(found ->
                                        found.isEmpty() ? Future.succeededFuture() : Future.failedFuture(failure))
                        : Future.failedFuture(failure));
    }

    /** Forgets it, and deletes what of it still waits; what was moved on stays with the function. */
    Future<Void> delete(HistoryReplay replay) {
        return dropQueue(replay).compose(gone -> forget(replay.id()));
    }

    /** What was moved on as a whole leaves an empty queue behind. */
    private Future<Void> clear() {
        Future<Void> cleared = Future.succeededFuture();
        List<HistoryReplay> kept = all();
        for (int i = 0; i < kept.size(); i++) {
            HistoryReplay each = kept.get(i);
            boolean isOld = i >= MOST_KEPT;
            if (each.state() == ReplayState.COLLECTED) {
                cleared = cleared.compose(next -> left(each))
                        .compose(left -> left == 0 ? delete(each) : Future.succeededFuture());
            } else if (isOld && each.state() != ReplayState.COLLECTING) {
                cleared = cleared.compose(next -> delete(each));
            }
        }
        return cleared;
    }

    private <T> Future<T> change(Callable<T> change) {
        return writer.executeBlocking(change, true);
    }

    private Future<HistoryReplay> keep(HistoryReplay replay) {
        return change(() -> {
            documents.change(
                    DocumentKind.HISTORY_REPLAY, NO_OWNER, replay.id(), before -> Optional.of(replay.document()));
            return replay;
        });
    }

    private Future<Void> forget(String id) {
        return change(() -> {
            documents.change(DocumentKind.HISTORY_REPLAY, NO_OWNER, id, before -> Optional.empty());
            return null;
        });
    }
}
