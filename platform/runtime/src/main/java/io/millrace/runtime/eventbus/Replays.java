package io.millrace.runtime.eventbus;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.delivery.QueueBrowser;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.eventbus.BusRefusedException.Exists;
import io.millrace.runtime.eventbus.BusRefusedException.IllegalStatus;
import io.millrace.runtime.eventbus.BusRefusedException.Invalid;
import io.millrace.runtime.eventbus.BusRefusedException.Unknown;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Browses archives and sends what is in the range once more. How far it has come is stored with every page, so that a
 * start goes on where a stop left it; what of the last page was sent already the broker recognises. Thread-safe; nothing
 * blocks.
 */
public final class Replays {
    private static final Logger LOGGER = LoggerFactory.getLogger(Replays.class);
    private static final String NO_OWNER = "";
    private static final long RETRY_MILLIS = 1_000;

    private final Vertx vertx;
    private final DocumentShelf documents;
    private final EventBuses buses;
    private final Archives archives;
    private final BrokerConnection connection;
    private final Publisher publisher;
    private final BusArns arns;
    private final InstantSource clock;
    private final WorkerExecutor oneByOne;
    private volatile boolean closing;

    /** @param connection to browse by */
    public Replays(
            Vertx vertx,
            DocumentShelf documents,
            EventBuses buses,
            Archives archives,
            BrokerConnection connection,
            Publisher publisher,
            IdentitySettings identity,
            InstantSource clock) {
        this.vertx = vertx;
        this.documents = documents;
        this.buses = buses;
        this.archives = archives;
        this.connection = connection;
        this.publisher = publisher;
        this.arns = new BusArns(identity);
        this.clock = clock;
        this.oneByOne = vertx.createSharedWorkerExecutor("millrace-replays", 1);
    }

    /** Goes on with what was under way; to be called once, after the archives. */
    public void resume() {
        all().stream().filter(replay -> replay.ended().isEmpty()).forEach(replay -> run(replay.name(), replay.id()));
    }

    /** No page is begun any more. */
    public void close() {
        closing = true;
    }

    /** From memory, by name. */
    public List<Replay> all() {
        return documents.of(DocumentKind.EVENT_REPLAY, NO_OWNER).stream()
                .map(stored -> ArchiveDocument.replay(stored.name(), stored.content()))
                .toList();
    }

    /** From memory; throws Unknown. */
    public Replay require(String name) {
        return find(name).orElseThrow(() -> Unknown.replay(name));
    }

    private Optional<Replay> find(String name) {
        return documents
                .find(DocumentKind.EVENT_REPLAY, NO_OWNER, name)
                .map(content -> ArchiveDocument.replay(name, content));
    }

    /**
     * @param ruleArns of the archive's bus, that shall see the events; empty for all
     * @return fails with Unknown, Exists or Invalid
     */
    public Future<Replay> start(
            String name,
            String description,
            String archive,
            String bus,
            List<String> ruleArns,
            Instant from,
            Instant to) {
        return change(() -> {
                    requireReplayable(archives.require(archive), bus, ruleArns, from, to);
                    Replay replay = new Replay(
                            RequestIds.next(),
                            name,
                            description,
                            archive,
                            bus,
                            ruleArns,
                            from,
                            to,
                            ReplayState.STARTING,
                            "",
                            clock.instant(),
                            Optional.empty(),
                            Instant.EPOCH,
                            Optional.empty());
                    documents.change(DocumentKind.EVENT_REPLAY, NO_OWNER, name, before -> {
                        if (before.isPresent()) {
                            throw Exists.replay(name);
                        }
                        return Optional.of(ArchiveDocument.write(replay));
                    });
                    return replay;
                })
                .onSuccess(replay -> run(name, replay.id()));
    }

    private void requireReplayable(Archive archive, String bus, List<String> ruleArns, Instant from, Instant to) {
        buses.require(bus);
        if (!archive.bus().equals(bus)) {
            throw new Invalid("Parameter Destination.Arn is not valid. Reason: Must be the event bus of the archive, "
                    + arns.bus(archive.bus()) + ".");
        }
        if (!from.isBefore(to)) {
            throw new Invalid(
                    "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.");
        }
        List<String> known = buses.rules(bus).stream()
                .map(rule -> arns.rule(bus, rule.name()))
                .toList();
        ruleArns.stream().filter(arn -> !known.contains(arn)).findFirst().ifPresent(unknown -> {
            throw new Invalid("Parameter Destination.FilterArns is not valid. Reason: " + unknown
                    + " is no rule of the event bus.");
        });
    }

    /** Fails with Unknown or IllegalStatus. */
    public Future<Replay> cancel(String name) {
        return update(name, replay -> {
            if (!replay.state().isGoingOn()) {
                throw new IllegalStatus("Replay " + name + " is not in a valid state for this operation.");
            }
            return replay.in(ReplayState.CANCELLING);
        });
    }

    private void run(String name, String id) {
        QueueBrowser browser = new QueueBrowser(
                connection, Topology.archiveAddress(require(name).archive()));
        nextPage(new Run(name, id, browser)).onComplete(ended -> {
            browser.close();
            if (ended.failed() && !closing) {
                failed(name, id, ended.cause());
            }
        });
    }

    private void failed(String name, String id, Throwable cause) {
        if (cause instanceof BrokerUnavailableException) {
            vertx.setTimer(RETRY_MILLIS, again -> run(name, id));
            return;
        }
        LOGGER.atWarn().addKeyValue(LogKeys.SOURCE, name).setCause(cause).log("replay failed");
        String reason = String.valueOf(cause.getMessage());
        update(name, replay -> replay.ended(ReplayState.FAILED, reason, clock.instant()));
    }

    /** From a start, or the broker's return, to the next. Used by one page after the other. */
    private static final class Run {
        private final String name;
        private final String id;
        private final QueueBrowser browser;
        /** Whether it has come to where the run before it was; from there on all is new, whatever the broker's clock says. */
        private boolean isBehindCursor;

        Run(String name, String id, QueueBrowser browser) {
            this.name = name;
            this.id = id;
            this.browser = browser;
        }
    }

    private Future<Void> nextPage(Run run) {
        if (closing) {
            return Future.succeededFuture();
        }
        String name = run.name;
        Optional<Replay> current = find(name).filter(replay -> replay.id().equals(run.id));
        if (current.isEmpty() || current.get().ended().isPresent()) {
            return Future.succeededFuture();
        }
        if (!current.get().state().isGoingOn()) {
            return end(name, ReplayState.CANCELLED);
        }
        return run.browser
                .next()
                .compose(page -> page.isEmpty()
                        ? end(name, ReplayState.COMPLETED)
                        : send(run, current.get(), page).compose(sent -> nextPage(run)));
    }

    private Future<Void> end(String name, ReplayState how) {
        return update(name, replay -> replay.ended(how, "", clock.instant())).mapEmpty();
    }

    private Future<Void> send(Run run, Replay replay, List<Message> page) {
        List<Future<Void>> sent = new ArrayList<>();
        Instant cursor = replay.cursor();
        Optional<Instant> last = replay.lastReplayed();
        for (Message message : page) {
            Instant arrival = EventMessages.receivedAt(message).orElse(Instant.EPOCH);
            if (arrival.isAfter(replay.started())) {
                continue; // The broker's clock may have been set back: what follows may be older.
            }
            run.isBehindCursor |= !arrival.isBefore(replay.cursor());
            Optional<ObjectNode> event = event(message);
            Optional<Instant> time = event.flatMap(Replays::time);
            boolean isWanted = run.isBehindCursor
                    && time.filter(at -> !at.isBefore(replay.from()) && !at.isAfter(replay.to()))
                            .isPresent();
            if (isWanted) {
                sent.add(publisher.send(Topology.busAddress(replay.bus()), again(replay, message, event.get())));
                last = time;
            }
            cursor = arrival.isAfter(cursor) ? arrival : cursor;
        }
        Instant reached = cursor;
        Optional<Instant> lastSent = last;
        return Future.all(sent)
                .compose(all -> update(replay.name(), before -> runs(before).upTo(reached, lastSent)))
                .mapEmpty();
    }

    private static Replay runs(Replay replay) {
        return replay.state() == ReplayState.STARTING ? replay.in(ReplayState.RUNNING) : replay;
    }

    private static Optional<ObjectNode> event(Message message) {
        return BusEvents.json(EventMessages.payload(message))
                .filter(ObjectNode.class::isInstance)
                .map(ObjectNode.class::cast);
    }

    private static Optional<Instant> time(ObjectNode event) {
        try {
            return Optional.of(Instant.parse(event.path(BusEvents.TIME).asText()));
        } catch (DateTimeException other) {
            return Optional.empty();
        }
    }

    /** Known by the archived message: what clients of messaging call their events may repeat. */
    static Message again(Replay replay, Message archived, ObjectNode event) {
        String key = replay.id() + "/" + EventMessages.id(archived);
        String id = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)).toString();
        event.put(BusEvents.REPLAY_NAME, replay.name());
        Message message = EventMessages.durable(id, BusEvents.bytes(event), Map.of(), null);
        Map<String, Object> properties = new HashMap<>(ReplayMarks.of(replay.name(), replay.ruleArns()));
        // What a page sent before a crash it sends again; the broker knows it by this.
        properties.put(EventProperties.DUPLICATE_ID, key);
        message.setApplicationProperties(new ApplicationProperties(properties));
        return message;
    }

    private Future<Replay> update(String name, UnaryOperator<Replay> change) {
        return change(() -> {
            documents.change(DocumentKind.EVENT_REPLAY, NO_OWNER, name, before -> {
                Replay current = before.map(content -> ArchiveDocument.replay(name, content))
                        .orElseThrow(() -> Unknown.replay(name));
                return Optional.of(ArchiveDocument.write(change.apply(current)));
            });
            return require(name);
        });
    }

    private <T> Future<T> change(Callable<T> change) {
        return oneByOne.executeBlocking(change, true);
    }
}
