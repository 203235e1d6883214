package io.millrace.runtime.dispatch;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Mailbox;
import io.millrace.broker.delivery.Replies;
import io.millrace.broker.delivery.Transactions;
import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.concurrency.Permit;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.accounting.AttemptNotes;
import io.millrace.runtime.accounting.HeldGroups;
import io.millrace.runtime.accounting.Tally;
import io.millrace.runtime.config.Settings;
import io.millrace.runtime.idempotency.KeyDesk;
import io.millrace.runtime.observe.Meters;
import io.millrace.runtime.payloads.PayloadStore;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of all functions of this node, on the event loop of one connection. Public methods are thread-safe, the
 * rest is for that event loop.
 */
public final class Dispatcher {
    private static final Logger LOGGER = LoggerFactory.getLogger(Dispatcher.class);
    private static final long TICK_MILLIS = 1_000;
    private static final long DRAIN_CHECK_MILLIS = 20;
    // What was unsettled when the connection went is the first that the broker delivers again.
    private static final long DOUBT_MILLIS = 600_000;

    private final Vertx vertx;
    private final BrokerConnection connection;
    private final Transactions transactions;
    private final WorkerParts parts;
    private final Mailbox<Ended> mailbox;
    private final Map<FunctionName, FunctionWorker> workers = new HashMap<>();
    private final Set<FunctionWorker> touched = new HashSet<>();
    private final LinkedHashSet<FunctionWorker> withParked = new LinkedHashSet<>();
    private final Set<Tally.Success> settledBefore = new HashSet<>();
    private int callsRunning;
    private long links;
    private boolean draining;
    // The first timer of Vert.x is 0, and somebody else's.
    private long holdTimer = -1;
    private boolean heldTooLong;

    /**
     * @param connection for deliveries, replies and transactions; nothing slow may share it
     * @param keys who may run under an idempotency key
     * @param mayRecur whether a function may call itself as often as it likes; from memory
     * @param payloads where events are that are larger than a message
     */
    public Dispatcher(
            Vertx vertx,
            BrokerConnection connection,
            ConcurrencyLedger ledger,
            Tally tally,
            AttemptNotes notes,
            HeldGroups heldGroups,
            Settings settings,
            KeyDesk keys,
            Predicate<FunctionName> mayRecur,
            Clock clock,
            Meters meters,
            Traces traces,
            PayloadStore payloads) {
        this.vertx = vertx;
        this.connection = connection;
        this.transactions = new Transactions(connection);
        this.parts = new WorkerParts(
                connection,
                ledger,
                new GivingUp(transactions, clock, meters),
                new Replies(connection),
                tally,
                notes,
                heldGroups,
                new Quarantine(vertx, System::nanoTime, settings.environment().suspectTimeAlone(), this::afterTurn),
                clock,
                settings.identity().region(),
                settings.identity().account(),
                settings.limits().eventBytes(),
                mayRecur,
                new StreamedReplies(connection, this::partMade),
                new KeyedRuns(vertx, keys, settings.idempotency().timeToLive(), meters),
                meters,
                traces,
                payloads,
                new EndWatchers(),
                new GivenBack());
        this.mailbox = new Mailbox<>(connection.context(), this::settle, this::afterTurn);
        settledBefore.addAll(tally.recentAtOpen());
        if (notes.suspects() > 0) {
            LOGGER.atWarn()
                    .addKeyValue("events", notes.suspects())
                    .log("the server was lost while events ran in its process; each of them runs alone next");
        }
        connection.run(() -> {
            connection.whenDown(() -> {
                settledBefore.clear();
                settledBefore.addAll(tally.recent());
            });
            connection.whenUp(up -> vertx.setTimer(DOUBT_MILLIS, over -> settledBefore.clear()));
            vertx.setPeriodic(TICK_MILLIS, tick -> {
                workers.values().forEach(FunctionWorker::tick);
                // Limits may have changed without an attempt's end.
                parts.quarantine().advance();
                shareOut();
            });
        });
    }

    /** The end of an attempt: at an event, or at a call that somebody waits for. */
    private sealed interface Ended {
        record Event(Attempt attempt, Outcome outcome) implements Ended {}

        record NotRun(Attempt attempt, KeyedEnd.NotRun why) implements Ended {}

        record Call(FunctionWorker worker, DeployedVersion version, Permit permit, String replyTo, Message reply)
                implements Ended {}

        /** Not the end yet: what came of it is still to be kept. */
        record Handler(FunctionWorker worker, Permit permit) implements Ended {}

        /** Not the end yet: a part of the response, which must not overtake it. */
        record Part(String replyTo, Message message) implements Ended {}
    }

    /**
     * Starts to run a function, whose queues exist; or replaces how it runs. Environments that are replaced are the
     * caller's to close, once this is done.
     */
    public Future<Void> deploy(DeployedFunction function) {
        return onLoop(() -> {
            FunctionWorker known = workers.get(function.name());
            if (known == null) {
                FunctionWorker worker = new FunctionWorker(function, this, parts);
                workers.put(function.name(), worker);
                worker.open();
            } else {
                known.update(function);
                known.open();
            }
        });
    }

    /**
     * As {@link #deploy} of functions that are not known yet, but takes nothing from their queues before
     * {@link #attach}.
     */
    public Future<Void> enlist(List<DeployedFunction> functions) {
        return onLoop(() -> functions.forEach(each -> workers.put(each.name(), new FunctionWorker(each, this, parts))));
    }

    /** Takes from now on what the queues of these functions hold, if it does not yet; of those that are still known. */
    public Future<Void> attach(Collection<FunctionName> functions) {
        return onLoop(() -> {
            for (FunctionName function : functions) {
                FunctionWorker worker = workers.get(function);
                if (worker != null && !draining) {
                    worker.open();
                }
            }
        });
    }

    /** Has the ends of a function's events told to {@code watcher} from now on, or to nobody. */
    public Future<Void> watch(FunctionName function, Optional<EndWatcher> watcher) {
        return onLoop(() -> parts.watchers().watch(function, watcher));
    }

    /** Runs a function beside its events if they can spare it. From any thread. */
    public Future<SpareRun.Start> start(SpareRun run) {
        Promise<SpareRun.Start> started = Promise.promise();
        connection.run(() -> {
            try {
                FunctionWorker worker = workers.get(run.invocation().arn().function());
                started.complete(
                        worker == null || draining
                                ? SpareRun.Start.UNKNOWN
                                : run.tryStart(worker, parts, this::afterSpareRun));
            } catch (RuntimeException notStarted) {
                started.fail(notStarted);
            }
        });
        return started.future();
    }

    private void afterSpareRun(Runnable ended) {
        connection.run(() -> {
            ended.run();
            afterTurn();
        });
    }

    /** Succeeds when the broker has done all that it was asked for on this connection so far. */
    public Future<Void> caughtUp() {
        Promise<Void> caughtUp = Promise.promise();
        connection.run(() -> transactions.barrier().onComplete(caughtUp));
        return caughtUp.future();
    }

    /** This machine can start more than when it last refused. From any thread. */
    public void roomAgain() {
        connection.run(this::shareOut);
    }

    /**
     * Detaches a function from its queues; {@link #deploy} attaches it again, {@link #forget} ends it.
     *
     * @return when the broker has back what was not settled; attempts that run go on, and their events come back
     */
    public Future<Void> remove(FunctionName function) {
        Promise<Void> removed = Promise.promise();
        connection.run(() -> {
            FunctionWorker worker = workers.remove(function);
            if (worker == null) {
                removed.complete();
                return;
            }
            withParked.remove(worker);
            touched.remove(worker);
            worker.close().onComplete(removed);
        });
        return removed.future();
    }

    /** Lets go of the counts of a function that is removed and whose queues are gone. */
    public Future<Void> forget(FunctionName function) {
        return onLoop(() -> {
            parts.notes().remove(parts.tally().row(function));
            parts.heldGroups().remove(parts.tally().row(function));
            parts.tally().remove(function);
            parts.meters().forget(function);
        });
    }

    /**
     * What is known of each function at one instant on the event loop.
     *
     * @param link by which its events come; another after each loss of the connection, 0 before the first
     * @param told ends that the broker was told; may only be compared with another of the same link
     * @param oldestWaiting when the oldest of those was accepted that wait here; empty if none does
     */
    public record Reading(int running, long succeeded, long link, long told, Optional<Instant> oldestWaiting) {}

    /** Runs on the event loop; see {@link #connection()}. */
    public Map<FunctionName, Reading> readings() {
        Map<FunctionName, Reading> readings = new HashMap<>();
        workers.forEach((name, worker) -> readings.put(name, worker.reading()));
        return readings;
    }

    /**
     * What is seen of an event at one instant.
     *
     * @param worker what the worker has; empty if there is none
     * @param keyInUseUntil when the event comes again, if it is not with the worker because its idempotency key is in use
     */
    record Look(Optional<WorkerState> worker, Optional<Instant> keyInUseUntil) {}

    /** What the worker of a function has now; empty if there is none. From any thread. */
    Future<Optional<WorkerState>> look(FunctionName function) {
        return look(function, "").map(Look::worker);
    }

    /** The same, and what is known of an event by its id. */
    Future<Look> look(FunctionName function, String id) {
        Promise<Look> seen = Promise.promise();
        connection.run(() -> {
            try {
                seen.complete(new Look(
                        Optional.ofNullable(workers.get(function)).map(FunctionWorker::look),
                        parts.givenBack().until(id)));
            } catch (RuntimeException failure) {
                seen.fail(failure);
            }
        });
        return seen.future();
    }

    /** Attempts that end are settled only after {@link #resumeSettling}, or so long from now. Event loop only. */
    void holdSettling(long longestMillis) {
        heldTooLong = false;
        mailbox.hold();
        holdTimer = vertx.setTimer(longestMillis, late -> {
            heldTooLong = true;
            mailbox.release();
        });
    }

    /** @return whether nothing was settled since {@link #holdSettling} */
    boolean resumeSettling() {
        vertx.cancelTimer(holdTimer);
        mailbox.release();
        return !heldTooLong;
    }

    /** Succeeds when the broker has done all that was settled so far. */
    Future<Void> whenSettled() {
        return transactions.barrier();
    }

    private Future<Void> onLoop(Runnable action) {
        Promise<Void> done = Promise.promise();
        connection.run(() -> {
            try {
                action.run();
                done.complete();
            } catch (RuntimeException failure) {
                done.fail(failure);
            }
        });
        return done.future();
    }

    /** From any thread: a handler's end is settled on the event loop. */
    void ended(Attempt attempt, Outcome outcome) {
        try {
            attempt.trace().ended(outcome);
        } finally {
            mailbox.add(new Ended.Event(attempt, outcome)); // Or the event would hang on a bug of a recorder.
        }
    }

    /** From any thread: its idempotency key let an event not run, as it has its result. */
    void replayed(Attempt attempt, Outcome outcome) {
        attempt.trace().replayed();
        attempt.replayed();
        mailbox.add(new Ended.Event(attempt, outcome));
    }

    /** From any thread: its idempotency key let an event not run. */
    void notRun(Attempt attempt, KeyedEnd.NotRun why) {
        mailbox.add(new Ended.NotRun(attempt, why));
    }

    /** Event loop only. */
    void later(Duration delay, Runnable action) {
        vertx.setTimer(delay.toMillis(), now -> action.run());
    }

    /** Tells one attachment of a worker to its queue from all others of this process. Event loop only. */
    long nextLink() {
        return ++links;
    }

    void callStarted() {
        callsRunning++;
    }

    /** It waited to start until nobody waited for it any more. */
    void callDropped() {
        callsRunning--;
    }

    /** From any thread. */
    void callEnded(FunctionWorker worker, DeployedVersion version, Permit permit, String replyTo, Message reply) {
        mailbox.add(new Ended.Call(worker, version, permit, replyTo, reply));
    }

    /** From any thread: nothing runs any more, but the end comes later. */
    void handlerEnded(FunctionWorker worker, Permit permit) {
        mailbox.add(new Ended.Handler(worker, permit));
    }

    /** From any thread. */
    private void partMade(String replyTo, Message message) {
        mailbox.add(new Ended.Part(replyTo, message));
    }

    private void settle(Ended ended) {
        if (ended instanceof Ended.Event event) {
            event.attempt().worker().ended(event.attempt(), event.outcome());
            touched.add(event.attempt().worker());
        } else if (ended instanceof Ended.NotRun held) {
            held.attempt().worker().notRun(held.attempt(), held.why());
            touched.add(held.attempt().worker());
        } else if (ended instanceof Ended.Call call) {
            callsRunning--;
            call.permit().close();
            if (call.version().environments().inThisProcess()) {
                parts.quarantine().callEnded();
            }
            parts.replies().send(call.replyTo(), call.reply());
            touched.add(call.worker());
        } else if (ended instanceof Ended.Handler handler) {
            handler.permit().close();
            touched.add(handler.worker());
        } else if (ended instanceof Ended.Part part) {
            parts.replies().send(part.replyTo(), part.message());
        }
    }

    /** Permits are free again: first to those that wait, one each in turn, then as credit. */
    private void afterTurn() {
        parts.quarantine().advance();
        if (!withParked.isEmpty()) {
            shareOut();
        }
        for (FunctionWorker worker : touched) {
            worker.topUp();
        }
        touched.clear();
    }

    private void shareOut() {
        boolean progress = true;
        while (progress) {
            progress = false;
            for (FunctionWorker worker : List.copyOf(withParked)) {
                boolean started = worker.startOneParked();
                progress |= started;
                if (!worker.hasParked()) {
                    withParked.remove(worker);
                } else if (started) {
                    withParked.remove(worker);
                    withParked.add(worker);
                }
            }
        }
    }

    void parked(FunctionWorker worker) {
        withParked.add(worker);
    }

    /** Whether this event succeeded before, and only its settlement did not reach the broker. True once. */
    boolean wasSettledBefore(int row, String id) {
        return !settledBefore.isEmpty() && settledBefore.remove(new Tally.Success(row, UUID.fromString(id)));
    }

    /** It succeeded while the broker was away. */
    void settledWithoutBroker(int row, String id) {
        settledBefore.add(new Tally.Success(row, UUID.fromString(id)));
    }

    public BrokerConnection connection() {
        return connection;
    }

    /** Takes nothing new, waits for what runs at most {@code timeout}, and detaches. */
    public Future<Void> drain(Duration timeout) {
        Promise<Void> drained = Promise.promise();
        long deadline = System.nanoTime() + timeout.toNanos();
        connection.run(() -> {
            draining = true;
            List<Future<Void>> stopping = new ArrayList<>();
            workers.values().forEach(worker -> stopping.add(worker.stopTaking()));
            Future.join(stopping).onComplete(stopped -> whenIdle(deadline, drained));
        });
        return drained.future();
    }

    private void whenIdle(long deadline, Promise<Void> drained) {
        boolean idle = callsRunning == 0
                && workers.values().stream().allMatch(worker -> worker.running() == 0 && !worker.hasParked());
        if (idle || System.nanoTime() - deadline > 0) {
            List<Future<Void>> closing = new ArrayList<>();
            workers.values().forEach(worker -> closing.add(worker.close()));
            Future.join(closing).<Void>mapEmpty().onComplete(drained);
        } else {
            vertx.setTimer(DRAIN_CHECK_MILLIS, again -> whenIdle(deadline, drained));
        }
    }
}
