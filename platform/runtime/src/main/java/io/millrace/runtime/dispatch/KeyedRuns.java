package io.millrace.runtime.dispatch;

import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.idempotency.Claim;
import io.millrace.idempotency.ClaimRequest;
import io.millrace.idempotency.Ending;
import io.millrace.idempotency.StoredResult;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.FunctionEnvironments.Capacity;
import io.millrace.runtime.idempotency.ClaimListener;
import io.millrace.runtime.idempotency.KeyDesk;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.observe.Meters;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims the key, runs, stores the result; in this order, and the broker is told last. Thread-safe; never blocks
 * (lambda-semantics 9.1).
 */
final class KeyedRuns {
    private static final Logger LOGGER = LoggerFactory.getLogger(KeyedRuns.class);
    /** To initialise an environment, and to end: a lease is this much longer than the timeout. */
    private static final Duration GRACE = Duration.ofSeconds(15);
    /** A payload up to this size is hashed where it is; the way to a worker and back would take longer. */
    private static final int QUICKLY_HASHED_BYTES = 16 * 1024;

    private final Vertx vertx;
    private final KeyDesk desk;
    private final Duration timeToLive;
    private final Meters meters;
    private final MissingKeys missing = new MissingKeys(System::nanoTime);

    KeyedRuns(Vertx vertx, KeyDesk desk, Duration timeToLive, Meters meters) {
        this.vertx = vertx;
        this.desk = desk;
        this.timeToLive = timeToLive;
        this.meters = meters;
    }

    /**
     * What runs under a key.
     *
     * @param caller what is wanted beside the outcome, if it runs
     * @param handlerEnded called at most once, on any thread and before {@code whenEnded}, if it ran: its permit is not
     *     needed any more, while what came of it is still to be kept
     * @param whenEnded called once, on any thread
     */
    record Run(
            DeployedVersion version,
            Invocation invocation,
            Capacity capacity,
            Caller caller,
            Runnable handlerEnded,
            Consumer<KeyedEnd> whenEnded) {}

    boolean isStoreAway() {
        return desk.isAway();
    }

    void start(Run run, KeySource source) {
        Duration lease = run.version().definition().timeout().plus(GRACE);
        if (source instanceof KeySource.Given && run.invocation().payload().length <= QUICKLY_HASHED_BYTES) {
            start(run, source, source.request(run.invocation(), lease));
            return;
        }
        vertx.executeBlocking(() -> source.request(run.invocation(), lease), false)
                .onSuccess(request -> start(run, source, request))
                .onFailure(bug -> run.whenEnded().accept(notStarted(run, bug)));
    }

    private void start(Run run, KeySource source, Optional<ClaimRequest> request) {
        if (request.isPresent()) {
            desk.claim(request.get(), new Claimant(run, request.get()));
            return;
        }
        boolean isRequired = source instanceof KeySource.Picked picked && picked.isRequired();
        countMissing(run.invocation(), isRequired);
        if (isRequired) {
            run.whenEnded().accept(KeyedEnd.NotRun.KEY_MISSING);
            return;
        }
        try {
            environments(run, outcome -> run.whenEnded().accept(new KeyedEnd.Ran(outcome)));
        } catch (RuntimeException bug) { // On a worker there is nobody above who would end it.
            run.whenEnded().accept(notStarted(run, bug));
        }
    }

    /** A typing error in the pointer would have it so for every event, and nobody would see it. */
    private void countMissing(Invocation invocation, boolean isRequired) {
        FunctionName function = invocation.arn().function();
        meters.known(function).keyMissing();
        if (missing.isToBeTold(function)) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.FUNCTION, function)
                    .addKeyValue(LogKeys.REQUEST_ID, invocation.id())
                    .log(
                            isRequired
                                    ? "no idempotency key where MILLRACE_IDEMPOTENCY_KEY points to; it does not run"
                                    : "no idempotency key where MILLRACE_IDEMPOTENCY_KEY points to; it runs without");
        }
    }

    private static void environments(Run run, Consumer<Outcome> whenEnded) {
        run.version().environments().run(run.invocation(), run.capacity(), run.caller(), whenEnded);
    }

    /** An event can wait for another try. */
    private static KeyedEnd notStarted(Run run, Throwable bug) {
        LOGGER.atWarn()
                .addKeyValue(LogKeys.REQUEST_ID, run.invocation().id())
                .setCause(bug)
                .log("invocation with a key could not be started");
        return run.invocation().type() == InvocationType.EVENT
                ? KeyedEnd.NotRun.NOT_STARTED
                : new KeyedEnd.Ran(
                        PlatformErrors.of("Runtime.NotStarted", "the invocation could not be started: " + bug));
    }

    private final class Claimant implements ClaimListener {
        private final Run run;
        private final ClaimRequest request;

        Claimant(Run run, ClaimRequest request) {
            this.run = run;
            this.request = request;
        }

        @Override
        public void claimed(Claim claim) {
            if (claim instanceof Claim.Won won) {
                won(won);
            } else if (claim instanceof Claim.Completed completed) {
                run.whenEnded().accept(new KeyedEnd.Replayed(completed.result()));
            } else if (claim instanceof Claim.OtherPayload) {
                run.whenEnded().accept(KeyedEnd.NotRun.KEY_REUSED);
            } else {
                run.whenEnded().accept(KeyedEnd.NotRun.KEY_IN_USE);
            }
        }

        @Override
        public void storeAway(String reason) {
            run.whenEnded().accept(KeyedEnd.NotRun.STORE_AWAY);
        }

        // Others were claimed, and started, since there was room for this one; its version may be replaced.
        private void won(Claim.Won won) {
            boolean isEvent = run.invocation().type() == InvocationType.EVENT;
            if (isEvent && !run.version().environments().hasRoom(InvocationType.EVENT)) {
                free(won, KeyedEnd.NotRun.NO_ROOM);
                return;
            }
            try {
                environments(run, outcome -> ended(won, outcome));
            } catch (RuntimeException bug) { // On the thread of the store there is nobody above who would end it.
                free(won, notStarted(run, bug));
            }
        }

        private void free(Claim.Won won, KeyedEnd end) {
            desk.end(Ending.freed(won), request.payload(), freed -> run.whenEnded()
                    .accept(end));
        }

        private void ended(Claim.Won won, Outcome outcome) {
            if (desk.hasRoom()) {
                run.handlerEnded().run();
            }
            Consumer<Boolean> told = stored -> run.whenEnded().accept(new KeyedEnd.Ran(outcome));
            if (outcome instanceof Outcome.Succeeded succeeded) {
                StoredResult result =
                        new StoredResult(succeeded.response(), run.version().version());
                desk.end(Ending.completed(won, result, timeToLive), request.payload(), told);
            } else if (outcome instanceof FunctionError error
                    && error.errorType().equals(PlatformErrors.TIMED_OUT)) {
                // Its handler may still be at it: the end of the lease frees the key, and nobody before.
                told.accept(false);
            } else {
                desk.end(Ending.freed(won), request.payload(), told);
            }
        }
    }
}
