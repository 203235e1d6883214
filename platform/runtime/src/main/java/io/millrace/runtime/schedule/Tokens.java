package io.millrace.runtime.schedule;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.core.schedule.Timetable;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one token for each live schedule at the broker, and does what is due when a token comes: in one transaction of
 * the broker the token ends, the event goes out and the next token is written, so that whoever dies meanwhile, a due
 * time is neither left out nor taken twice. Event loop of the connection only, but for what says otherwise.
 */
final class Tokens {
    private static final Logger LOGGER = LoggerFactory.getLogger(Tokens.class);
    private static final int AT_ONCE = 64;

    private final BrokerConnection connection;
    private final BrokerManagement management;
    private final ScheduleShelf shelf;
    private final DueEvents events;
    private final IdentitySettings identity;
    private final Timing timing;
    private final BiFunction<ScheduleSettings, Instant, Timetable> timetables;
    private final InstantSource clock;
    private final Publisher publisher;
    /** By id of schedule. */
    private final Map<String, Expectation> expected = new HashMap<>();

    private final Map<String, Schedule> unplanted = new HashMap<>();
    private final Set<String> planting = new HashSet<>();
    private final Set<String> underWay = new HashSet<>();
    /** Tokens of schedules of which one is under way. */
    private final Map<String, Delivery> waiting = new HashMap<>();
    /** Missed by the look before; one look alone may miss what is just handed on. */
    private Set<Expectation> missed = new HashSet<>();

    private @Nullable Opened opened;
    private boolean opening;
    private boolean looking;
    private boolean stopping;
    private long timer = -1;

    /** @param timetables from settings and anchor; another than {@link ScheduleSettings#timetable} in tests */
    Tokens(
            BrokerConnection connection,
            BrokerManagement management,
            ScheduleShelf shelf,
            Targets targets,
            IdentitySettings identity,
            Timing timing,
            BiFunction<ScheduleSettings, Instant, Timetable> timetables,
            InstantSource clock) {
        this.connection = connection;
        this.management = management;
        this.shelf = shelf;
        this.identity = identity;
        this.timing = timing;
        this.timetables = timetables;
        this.clock = clock;
        this.publisher = new Publisher(connection);
        this.events = new DueEvents(connection, targets, clock);
    }

    private record Opened(String queue, InboundLink link, TokenAudit audit) {}

    /** Takes up what is stored. Thread-safe. */
    Future<Void> resume() {
        Promise<Void> resumed = Promise.promise();
        connection.run(() -> {
            shelf.all().stream().filter(Schedule::isLive).forEach(this::takeUp);
            timer = connection
                    .context()
                    .owner()
                    .setPeriodic(timing.look().toMillis(), tick -> connection.run(this::look));
            resumed.complete();
        });
        return resumed.future();
    }

    private void takeUp(Schedule schedule) {
        if (!schedule.planted()) {
            plantNow(schedule);
            return;
        }
        open();
        Instant now = clock.instant();
        Timetable times = timetables.apply(schedule.settings(), schedule.anchor());
        // Its token may be for an earlier time; it comes then.
        Optional<Instant> next = times.after(now).or(() -> oneTime(schedule, times));
        expected.put(
                schedule.id(),
                next.map(due -> Expectation.of(schedule, due, false))
                        .orElseGet(() -> Expectation.last(schedule, now, false)));
    }

    private static Optional<Instant> oneTime(Schedule schedule, Timetable times) {
        return Timetable.isOneTime(schedule.settings().expression()) ? times.after(Instant.EPOCH) : Optional.empty();
    }

    /** Writes the first token of a revision, now or as soon as the broker is back. Thread-safe. */
    void plant(Schedule schedule) {
        connection.run(() -> plantNow(schedule));
    }

    /** Thread-safe. */
    void forget(Schedule schedule) {
        connection.run(() -> {
            expected.remove(schedule.id());
            unplanted.remove(schedule.id());
        });
    }

    private void plantNow(Schedule schedule) {
        Optional<Instant> due = schedule.firstDue().filter(first -> schedule.isLive());
        if (due.isEmpty()) {
            expected.remove(schedule.id());
            unplanted.remove(schedule.id());
            return;
        }
        expected.put(schedule.id(), Expectation.of(schedule, due.get(), true));
        unplanted.put(schedule.id(), schedule);
        open();
        plantWhatIsNot();
    }

    private void plantWhatIsNot() {
        Opened open = opened;
        if (open == null || stopping) {
            return;
        }
        for (Schedule schedule : List.copyOf(unplanted.values())) {
            Instant due = schedule.firstDue().orElseThrow();
            String token = schedule.id() + "/" + schedule.revision();
            if (planting.add(token)) {
                Message seed = Token.of(schedule, due).seed(open.queue(), schedule.happensAt(due));
                publisher
                        .send(open.queue(), seed)
                        .onComplete(sent -> connection.run(() -> {
                            planting.remove(token);
                            planted(schedule, sent);
                        }));
            }
        }
    }

    private void planted(Schedule schedule, AsyncResult<Void> sent) {
        if (sent.failed()) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.SCHEDULE, schedule.key())
                    .addKeyValue(LogKeys.REASON, sent.cause().getMessage())
                    .log("token of a schedule not written; it will be tried again");
            return;
        }
        unplanted.remove(schedule.id(), schedule);
        shelf.change(
                        schedule.key(),
                        before -> before.map(stored ->
                                stored.isRevision(schedule.id(), schedule.revision()) ? stored.asPlanted() : stored))
                .onFailure(unwritten -> unplanted.putIfAbsent(schedule.id(), schedule));
    }

    /** There is a queue as soon as there is a schedule. */
    private void open() {
        if (opened != null || opening || stopping) {
            return;
        }
        opening = true;
        shelf.queue()
                .compose(queue ->
                        management.createQueue(new QueueSpec(queue, true)).map(queue))
                .onComplete(made -> connection.run(() -> {
                    opening = false;
                    if (made.succeeded() && !stopping) {
                        InboundLink link =
                                new InboundLink(connection, made.result(), false, this::onMessage, this::topUp);
                        opened = new Opened(made.result(), link, new TokenAudit(management, made.result()));
                        link.open();
                        plantWhatIsNot();
                    }
                }));
    }

    private void topUp() {
        Opened open = opened;
        if (open != null && !stopping) {
            open.link().grant(AT_ONCE - open.link().credit() - open.link().held());
        }
    }

    private void onMessage(Delivery delivery) {
        try {
            Token.read(delivery.message()).ifPresentOrElse(token -> onToken(token, delivery), delivery::complete);
        } finally {
            topUp();
        }
    }

    private void onToken(Token token, Delivery delivery) {
        Optional<Schedule> current = shelf.find(token.key())
                .filter(Schedule::isLive)
                .filter(stored -> stored.isRevision(token.id(), token.revision()));
        if (current.isEmpty() || isPassed(token)) {
            delivery.complete();
            return;
        }
        if (stopping) {
            delivery.release();
            return;
        }
        if (!underWay.add(token.id())) {
            // The next one may come before the broker's word that the one before is done.
            Delivery before = waiting.put(token.id(), delivery);
            if (before != null) {
                before.release();
            }
            return;
        }
        Schedule schedule = current.get();
        Future.<Void>succeededFuture() // start inside a future: whatever is thrown, the token is let go of
                .compose(start -> token.isLast() ? finish(schedule, delivery) : fire(schedule, token, delivery))
                .onComplete(done -> connection.run(() -> ended(token, delivery, done)));
    }

    /** A second token of the same revision: what it is for has been. */
    private boolean isPassed(Token token) {
        Expectation next = expected.get(token.id());
        return next != null
                && next.isCertain()
                && next.revision() == token.revision()
                && token.due().isBefore(next.due());
    }

    private void ended(Token token, Delivery delivery, AsyncResult<Void> done) {
        underWay.remove(token.id());
        if (done.failed()) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.SCHEDULE, token.key())
                    .addKeyValue(LogKeys.DUE, token.due())
                    .addKeyValue(LogKeys.REASON, done.cause().getMessage())
                    .log("what is due did not happen; the broker will deliver its token again");
            delivery.retryLater();
        }
        Delivery next = waiting.remove(token.id());
        if (next != null) {
            onMessage(next);
        }
        topUp();
    }

    private Future<Void> finish(Schedule schedule, Delivery delivery) {
        return complete(schedule.key(), schedule.id(), schedule.revision())
                .onSuccess(stored -> connection.run(() -> {
                    expected.remove(schedule.id());
                    delivery.complete();
                }));
    }

    private Future<Void> complete(ScheduleKey key, String id, long revision) {
        return shelf.change(key, before -> before.filter(stored -> !stored.isRevision(id, revision)
                                || !stored.settings().deleteWhenDone())
                        .map(stored -> stored.isRevision(id, revision) ? stored.asCompleted() : stored))
                .mapEmpty();
    }

    private Future<Void> fire(Schedule schedule, Token token, Delivery delivery) {
        Opened open = opened;
        if (open == null) {
            return Future.failedFuture(new IllegalStateException("a token came by a link that is not open"));
        }
        Occasion occasion = new Occasion(schedule, token.due(), EventMessages.attempt(delivery.message()), identity);
        Expectation next = following(schedule, token.due());
        Message nextToken = next.isLast()
                ? Token.last(schedule, next.due()).message(open.queue(), next.at())
                : Token.of(schedule, next.due()).message(open.queue(), next.at());
        return events.happen(occasion, nextToken, delivery)
                .onSuccess(done -> expected.computeIfPresent(
                        schedule.id(), (id, before) -> before.revision() == next.revision() ? next : before));
    }

    /** Counted from what was due, not from now: a token that is late must not make the next one late. */
    private Expectation following(Schedule schedule, Instant due) {
        Instant now = clock.instant();
        boolean isTooLate = schedule.happensAt(due).plus(timing.grace()).isBefore(now);
        return timetables
                .apply(schedule.settings(), schedule.anchor())
                .after(isTooLate ? now : due)
                .map(next -> Expectation.of(schedule, next, true))
                .orElseGet(() -> Expectation.last(schedule, now, true));
    }

    /** Whether all tokens are there; those that are not are planted anew. */
    private void look() {
        if (stopping || !connection.isUp()) {
            return;
        }
        if (opened == null && (!expected.isEmpty() || !unplanted.isEmpty())) {
            open();
        }
        Opened open = opened;
        if (open == null || looking) {
            return;
        }
        plantWhatIsNot();
        looking = true;
        Map<String, Expectation> before = new HashMap<>(expected);
        open.audit()
                .count()
                .compose(count -> count < before.size() || anyIsLate()
                        ? audit(open)
                        : Future.succeededFuture(Optional.<Set<String>>empty()))
                .recover(noQueue -> noQueue instanceof BrokerRefusedException
                        ? management
                                .createQueue(new QueueSpec(open.queue(), true))
                                .map(Optional.empty())
                        : Future.failedFuture(noQueue))
                .onComplete(seen -> connection.run(() -> {
                    looking = false;
                    if (seen.succeeded()) {
                        seen.result().ifPresentOrElse(present -> restore(before, present), missed::clear);
                    }
                }));
    }

    private boolean anyIsLate() {
        Instant since = clock.instant().minus(timing.patience());
        return expected.values().stream().anyMatch(token -> token.at().isBefore(since));
    }

    private Future<Optional<Set<String>>> audit(Opened open) {
        return publisher
                .send(open.queue(), Token.nudge(open.queue()))
                .compose(nudged -> open.audit().present())
                .map(Optional::of);
    }

    private void restore(Map<String, Expectation> before, Set<String> present) {
        Set<Expectation> missing = new HashSet<>();
        before.forEach((id, token) -> {
            boolean isStill = token.equals(expected.get(id));
            if (isStill && !present.contains(token.token()) && !underWay.contains(id) && !unplanted.containsKey(id)) {
                missing.add(token);
            }
        });
        missing.stream().filter(missed::contains).forEach(this::restore);
        missed = missing;
    }

    private void restore(Expectation lost) {
        LOGGER.atWarn()
                .addKeyValue(LogKeys.SCHEDULE, lost.key())
                .addKeyValue(LogKeys.DUE, lost.due())
                .log("token of a schedule is gone from the broker; it gets another");
        if (lost.isLast()) {
            complete(lost.key(), lost.id(), lost.revision())
                    .onSuccess(done -> connection.run(() -> expected.remove(lost.id(), lost)));
            return;
        }
        shelf.change(
                        lost.key(),
                        before -> before.map(stored -> stored.isRevision(lost.id(), lost.revision()) && stored.isLive()
                                ? stored.replanted(lost.due())
                                : stored))
                .onSuccess(after -> after.filter(stored -> stored.isRevision(lost.id(), lost.revision() + 1))
                        .ifPresent(this::plant));
    }

    /** Takes no token any more; what is under way ends or goes back to the broker. Thread-safe. */
    Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        connection.run(() -> {
            stopping = true;
            connection.context().owner().cancelTimer(timer);
            Opened open = opened;
            if (open == null) {
                closed.complete();
            } else {
                open.link().close().onComplete(closed);
            }
        });
        return closed.future();
    }
}
