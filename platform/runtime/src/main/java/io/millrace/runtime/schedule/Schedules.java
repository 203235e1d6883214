package io.millrace.runtime.schedule;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.core.invocation.RequestIds;
import io.millrace.core.schedule.Timetable;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.schedule.ScheduleRefusedException.GroupExists;
import io.millrace.runtime.schedule.ScheduleRefusedException.Invalid;
import io.millrace.runtime.schedule.ScheduleRefusedException.ScheduleExists;
import io.millrace.runtime.schedule.ScheduleRefusedException.ScheduleUnknown;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Keeps schedules, and has their tokens written and read. */
public final class Schedules implements ScheduleAdministration {
    private final ScheduleShelf shelf;
    private final Tokens tokens;
    private final BiFunction<ScheduleSettings, Instant, Timetable> timetables;
    private final InstantSource clock;

    /** @param connection on whose event loop tokens are taken */
    public Schedules(
            Vertx vertx,
            DocumentShelf documents,
            BrokerConnection connection,
            BrokerManagement management,
            Targets targets,
            IdentitySettings identity,
            InstantSource clock) {
        this(
                vertx,
                documents,
                connection,
                management,
                targets,
                identity,
                clock,
                Timing.USUAL,
                ScheduleSettings::timetable);
    }

    /** With a patience and expressions of its own, for tests that have no minutes. */
    Schedules(
            Vertx vertx,
            DocumentShelf documents,
            BrokerConnection connection,
            BrokerManagement management,
            Targets targets,
            IdentitySettings identity,
            InstantSource clock,
            Timing timing,
            BiFunction<ScheduleSettings, Instant, Timetable> timetables) {
        this.shelf = new ScheduleShelf(vertx, documents);
        this.tokens = new Tokens(connection, management, shelf, targets, identity, timing, timetables, clock);
        this.timetables = timetables;
        this.clock = clock;
    }

    /** Takes up what is stored; to be called once, before the first change. */
    public Future<Void> resume() {
        return tokens.resume();
    }

    /** Nothing happens any more until the next start; tokens stay with the broker. */
    public Future<Void> close() {
        return tokens.close();
    }

    Tokens tokens() {
        return tokens;
    }

    @Override
    public Optional<Schedule> find(ScheduleKey key) {
        return shelf.find(key);
    }

    @Override
    public List<Schedule> all() {
        return shelf.all();
    }

    @Override
    public Future<Schedule> create(ScheduleKey key, ScheduleSettings settings, Optional<String> clientToken) {
        return shelf.changeInGroup(
                        key,
                        before -> Optional.of(before.map(existing -> sameRequest(existing, settings, clientToken))
                                .orElseGet(() -> created(key, settings, clientToken))))
                .map(Optional::orElseThrow)
                .onSuccess(this::plant);
    }

    private static Schedule sameRequest(Schedule existing, ScheduleSettings settings, Optional<String> clientToken) {
        // A token that comes again with other settings is of another request.
        if (clientToken.isPresent()
                && existing.clientToken().equals(clientToken)
                && existing.settings().equals(settings)) {
            return existing;
        }
        throw new ScheduleExists(existing.key());
    }

    private Schedule created(ScheduleKey key, ScheduleSettings settings, Optional<String> clientToken) {
        Instant now = now();
        Instant anchor = anchor(now);
        return new Schedule(
                key,
                RequestIds.next(),
                1,
                settings,
                anchor,
                firstDue(settings, anchor, now),
                false,
                false,
                now,
                now,
                clientToken);
    }

    @Override
    public Future<Schedule> update(ScheduleKey key, ScheduleSettings settings) {
        return shelf.changeInGroup(
                        key,
                        before -> Optional.of(updated(before.orElseThrow(() -> new ScheduleUnknown(key)), settings)))
                .map(Optional::orElseThrow)
                .onSuccess(this::plant);
    }

    private Schedule updated(Schedule before, ScheduleSettings settings) {
        Instant now = now();
        Instant anchor = settings.isDueAsOften(before.settings()) ? before.anchor() : anchor(now);
        return new Schedule(
                before.key(),
                before.id(),
                before.revision() + 1,
                settings,
                anchor,
                firstDue(settings, anchor, now),
                false,
                false,
                before.created(),
                now,
                before.clientToken());
    }

    private void plant(Schedule schedule) {
        if (!schedule.planted()) {
            tokens.plant(schedule);
        }
    }

    /** Due times have no fractions of a second, as those of EventBridge Scheduler. */
    private static Instant anchor(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS);
    }

    /** Empty for one that is switched off. */
    private Optional<Instant> firstDue(ScheduleSettings settings, Instant anchor, Instant now) {
        Timetable times = timetable(settings, anchor);
        if (!settings.enabled()) {
            return Optional.empty();
        }
        Optional<Instant> first = times.after(now);
        if (first.isEmpty()) {
            throw new Invalid("ScheduleExpression is '" + settings.expression() + "', expected one with a time to come"
                    + settings.end().map(end -> " before EndDate " + end).orElse(""));
        }
        return first;
    }

    private Timetable timetable(ScheduleSettings settings, Instant anchor) {
        try {
            return timetables.apply(settings, anchor);
        } catch (IllegalArgumentException noSchedule) {
            throw new Invalid(String.valueOf(noSchedule.getMessage()));
        }
    }

    @Override
    public Future<Void> delete(ScheduleKey key) {
        List<Schedule> gone = new ArrayList<>();
        return shelf.changeInGroup(key, before -> {
                    gone.add(before.orElseThrow(() -> new ScheduleUnknown(key)));
                    return Optional.empty();
                })
                .onSuccess(deleted -> gone.forEach(tokens::forget))
                .mapEmpty();
    }

    @Override
    public List<ScheduleGroup> groups() {
        List<ScheduleGroup> groups = new ArrayList<>(shelf.groups());
        groups.add(defaultGroup());
        groups.sort(Comparator.comparing(ScheduleGroup::name));
        return groups;
    }

    @Override
    public Optional<ScheduleGroup> findGroup(String name) {
        return name.equals(ScheduleKey.DEFAULT_GROUP) ? Optional.of(defaultGroup()) : shelf.findGroup(name);
    }

    /** Older than anything. */
    private static ScheduleGroup defaultGroup() {
        return new ScheduleGroup(ScheduleKey.DEFAULT_GROUP, Instant.EPOCH);
    }

    @Override
    public Future<ScheduleGroup> createGroup(String name) {
        return name.equals(ScheduleKey.DEFAULT_GROUP)
                ? Future.failedFuture(new GroupExists(name))
                : shelf.createGroup(name, now());
    }

    @Override
    public Future<Void> deleteGroup(String name) {
        return name.equals(ScheduleKey.DEFAULT_GROUP)
                ? Future.failedFuture(new Invalid("The default schedule group cannot be deleted."))
                : shelf.deleteGroup(name)
                        .onSuccess(gone -> gone.forEach(tokens::forget))
                        .mapEmpty();
    }

    /** The database keeps milliseconds. */
    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }
}
