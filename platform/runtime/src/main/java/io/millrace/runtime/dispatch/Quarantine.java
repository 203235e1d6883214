package io.millrace.runtime.dispatch;

import io.millrace.core.concurrency.Permit;
import io.millrace.core.invocation.InvocationType;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs events that ran in a process when it was lost one at a time, while nothing else runs in this one: if it is lost
 * again, they did it; if not, they are cleared (docs/adr/0007). What runs in processes of its own is not concerned. Event
 * loop only.
 *
 * <p>Nobody waits for ever: a suspect has the process to itself for {@code environment.suspectTimeAlone}, and ten times as long after each further
 * crash; afterwards others start beside it. As long it also waits for those that run; then it starts beside them. What
 * kept others waiting noticeably then leaves them as much time.
 */
final class Quarantine {
    private static final Logger LOGGER = LoggerFactory.getLogger(Quarantine.class);
    private static final int LONGER_EACH_TIME = 10;
    private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(30);
    private static final long NOTICEABLE_NANOS = Duration.ofMillis(100).toNanos();
    private static final long NANOS_PER_MILLI = 1_000_000;
    /** How many suspects are looked at for one that gets a permit. */
    private static final int LOOK_AHEAD = 64;

    private final Vertx vertx;
    private final LongSupplier clock;
    private final Duration firstTimeAlone;
    private final Runnable mayHaveOpened;
    private final List<Suspect> suspects = new ArrayList<>();
    private final ArrayDeque<Runnable> calls = new ArrayDeque<>();
    private int runningHere;
    private int ending;
    private @Nullable Ready next;
    private @Nullable Attempt alone;
    /** When {@link #next} waits no longer, or {@link #alone} is alone no longer. */
    private long untilNanos;

    private boolean closed;
    private long closedSinceNanos;
    private long restUntilNanos;
    private boolean timerSet;
    private long timer;

    /**
     * @param nanoClock nanoseconds of any origin that never go back
     * @param firstTimeAlone of a suspect, after its first crash
     * @param mayHaveOpened called from a timer: {@link #advance}, and start what waits
     */
    Quarantine(Vertx vertx, LongSupplier nanoClock, Duration firstTimeAlone, Runnable mayHaveOpened) {
        this.vertx = vertx;
        this.clock = nanoClock;
        this.firstTimeAlone = firstTimeAlone;
        this.mayHaveOpened = mayHaveOpened;
        this.restUntilNanos = nanoClock.getAsLong();
    }

    /** An event that is under suspicion, and when it may run. */
    private record Suspect(FunctionWorker worker, WaitingEvent event, long dueNanos) {}

    /** One that has its permit and waits for the process to become idle. */
    private record Ready(FunctionWorker worker, WaitingEvent event, DeployedVersion version, Permit permit) {}

    /** Whether this version must not start now, as a suspect is to be alone. */
    boolean keepsOut(DeployedVersion version) {
        return closed && version.environments().inThisProcess();
    }

    /** Runs this as soon as others than suspects may start. */
    void whenOpen(Runnable call) {
        calls.add(call);
    }

    /** An event or a call starts in this process. */
    void started() {
        runningHere++;
    }

    void callEnded() {
        runningHere--;
    }

    /** {@link #advance} is to follow. */
    void ended(Attempt attempt) {
        runningHere--;
        if (alone == attempt) {
            alone = null;
        }
    }

    /** Somebody's end is on its way to the broker: a crash now would lose why it died. */
    void endIsWritten(Future<Void> written) {
        ending++;
        written.onComplete(done -> {
            ending--;
            if (ending == 0 && next != null) {
                wakeIn(0);
            }
        });
    }

    /** The event waits here until it has run or is given up. */
    void add(FunctionWorker worker, WaitingEvent event) {
        int crashes = event.note().crashes();
        Duration backOff = backOff(crashes);
        LOGGER.atWarn()
                .addKeyValue(LogKeys.FUNCTION, worker.name())
                .addKeyValue(LogKeys.REQUEST_ID, event.id())
                .addKeyValue(LogKeys.ATTEMPT, event.note().number())
                .addKeyValue("crashes", crashes)
                .addKeyValue(LogKeys.MILLIS, backOff.toMillis())
                .log("event ran when the server was lost; it runs alone, after this time");
        Suspect added = new Suspect(worker, event, clock.getAsLong() + backOff.toNanos());
        int place = suspects.size();
        while (place > 0 && suspects.get(place - 1).dueNanos() - added.dueNanos() > 0) {
            place--;
        }
        suspects.add(place, added);
        // Not now: what the broker sent together with it is then noted before it runs.
        wakeIn(0);
    }

    private static Duration backOff(int crashes) {
        return crashes < 2 ? Duration.ZERO : growing(FIRST_BACK_OFF, 2, crashes - 2, LONGEST_BACK_OFF);
    }

    private Duration timeAlone(WaitingEvent event, DeployedVersion version) {
        Duration timeout = version.definition().timeout();
        return growing(firstTimeAlone, LONGER_EACH_TIME, event.note().crashes() - 1, timeout);
    }

    private static Duration growing(Duration first, int factor, int times, Duration longest) {
        double millis = first.toMillis() * Math.pow(factor, times);
        return Duration.ofMillis((long) Math.min(millis, (double) longest.toMillis()));
    }

    /** Takes out those of a function; their deliveries are not settled. */
    List<WaitingEvent> removeAll(FunctionWorker worker) {
        List<WaitingEvent> removed = new ArrayList<>();
        Ready ready = next;
        if (ready != null && ready.worker() == worker) {
            ready.permit().close();
            removed.add(ready.event());
            next = null;
        }
        for (Iterator<Suspect> each = suspects.iterator(); each.hasNext(); ) {
            Suspect suspect = each.next();
            if (suspect.worker() == worker) {
                removed.add(suspect.event());
                each.remove();
            }
        }
        return removed;
    }

    /** Ids of those of a function that have not started. */
    List<String> suspects(FunctionWorker worker) {
        return waiting(worker).map(WaitingEvent::id).toList();
    }

    /** Events of a worker that wait here. */
    Stream<WaitingEvent> waiting(FunctionWorker worker) {
        Ready ready = next;
        return Stream.concat(
                Stream.ofNullable(ready).filter(each -> each.worker() == worker).map(Ready::event),
                suspects.stream().filter(each -> each.worker() == worker).map(Suspect::event));
    }

    /** Goes on as far as it can now. Afterwards more may start than before. */
    void advance() {
        if (!closed && suspects.isEmpty()) {
            return;
        }
        long now = clock.getAsLong();
        Attempt runs = alone;
        if (runs != null && now - untilNanos >= 0) {
            runs.note().running();
            alone = null;
        }
        if (alone == null && next == null && now - restUntilNanos >= 0) {
            choose(now);
        }
        Ready ready = next;
        if (ready != null && (runningHere + ending == 0 || now - untilNanos >= 0)) {
            start(ready, now);
        }
        if (closed && alone == null && next == null) {
            open(now);
        }
        scheduleNext(now);
    }

    private void choose(long now) {
        if (closed && now - closedSinceNanos >= NOTICEABLE_NANOS) {
            return; // Others first.
        }
        int looked = 0;
        for (int i = 0; i < suspects.size() && looked < LOOK_AHEAD && next == null; looked++) {
            Suspect suspect = suspects.get(i);
            if (suspect.dueNanos() - now > 0) {
                return;
            }
            WaitingEvent event = suspect.event();
            Optional<DeployedVersion> version = suspect.worker().versionInThisProcess(event);
            if (version.isEmpty()) {
                suspects.remove(i);
            } else if (suspect.worker().admit(version.get(), InvocationType.EVENT) instanceof Permit permit) {
                suspects.remove(i);
                next = new Ready(suspect.worker(), event, version.get(), permit);
                untilNanos = now + timeAlone(event, version.get()).toNanos();
                if (!closed) {
                    closed = true;
                    closedSinceNanos = now;
                }
            } else {
                i++;
            }
        }
    }

    private void start(Ready ready, long now) {
        next = null;
        boolean isAlone = runningHere == 0;
        Attempt attempt = ready.worker().start(ready.event(), ready.version(), ready.permit(), isAlone);
        if (isAlone) {
            alone = attempt;
            untilNanos = now + timeAlone(ready.event(), ready.version()).toNanos();
        }
    }

    private void open(long now) {
        closed = false;
        long lasted = now - closedSinceNanos;
        restUntilNanos = lasted >= NOTICEABLE_NANOS ? now + lasted : now;
        while (!calls.isEmpty()) {
            calls.remove().run();
        }
    }

    private void scheduleNext(long now) {
        if (closed) {
            wakeIn(untilNanos - now);
        } else if (!suspects.isEmpty()) {
            // Without a permit the next look is after an attempt has ended, or at the next tick.
            long due = Math.max(suspects.get(0).dueNanos() - now, restUntilNanos - now);
            if (due > 0) {
                wakeIn(due);
            }
        }
    }

    private void wakeIn(long nanos) {
        if (timerSet) {
            vertx.cancelTimer(timer);
        }
        timerSet = true;
        timer = vertx.setTimer(Math.max(1, nanos / NANOS_PER_MILLI + 1), woken -> {
            timerSet = false;
            mayHaveOpened.run();
        });
    }
}
