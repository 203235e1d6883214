package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.EnvironmentState;
import io.millrace.runtime.environment.ExecutionEnvironment;
import io.millrace.runtime.environment.ShutdownReason;
import io.millrace.runtime.runtimeapi.ResponseTaker;
import io.millrace.runtime.runtimeapi.RuntimeApi;
import io.millrace.runtime.runtimeapi.RuntimeApiListener;
import io.millrace.runtime.runtimeapi.RuntimeFailure;
import io.millrace.runtime.runtimeapi.RuntimeInvocation;
import io.millrace.runtime.runtimeapi.RuntimePayload;
import io.vertx.core.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One execution environment as a state machine: its processes come and go with resets, its port and its /tmp stay until
 * it is shut down. Everything happens on one event loop; what blocks is done on threads of its own, which report back.
 */
final class ProcessEnvironment implements ExecutionEnvironment {
    /** The least for one ahead of its first invocation. */
    static final Duration PROVISIONED_INIT_LIMIT = Duration.ofSeconds(130);

    /** Where its processes are. */
    private enum Phase {
        /** There are none. */
        DOWN,
        /** They start; the runtime has not asked for an invocation yet. */
        STARTING,
        /** All wait for an invocation. */
        IDLE,
        /** An invocation runs. */
        BUSY,
        /** It was answered; the runtime or an extension has not asked for the next yet. */
        TRAILING,
        /** They are being ended. */
        STOPPING,
        /** They are gone, and so is everything else. */
        CLOSED
    }

    private final ProcessParts parts;
    private final VersionCode code;
    private final FunctionDefinition definition;
    private final Context context;
    private final Premises premises;
    private final EnvironmentReports reports;
    private final CallChain chain = new CallChain();
    private volatile EnvironmentState state = EnvironmentState.INIT;

    private Phase phase = Phase.DOWN;
    private @Nullable Incarnation incarnation;
    private @Nullable OpenAttempt attempt;
    /** Of the attempt that was answered last, and when. */
    private Caller answered = Caller.NOBODY;

    private long answeredNanos;
    private @Nullable Consumer<Optional<FunctionError>> initWaiter;
    /** This initialisation is part of the invocation, as one before it failed. */
    private boolean suppressedInit;

    private boolean provisioned;
    private int generation;
    private Timer timer;

    ProcessEnvironment(ProcessParts parts, VersionCode code) {
        this.parts = parts;
        this.code = code;
        this.definition = code.definition();
        code.acquire();
        parts.live().add(this);
        context = EventLoops.forEnvironment(parts.vertx());
        timer = new Timer(parts.vertx());
        premises = new Premises(parts, code, context);
        reports = new EnvironmentReports(definition, parts.sink(), context);
    }

    @Override
    public void init(Consumer<Optional<FunctionError>> whenReady) {
        context.runOnContext(now -> {
            if (state == EnvironmentState.SHUTDOWN) {
                whenReady.accept(Optional.of(ProcessErrors.closed("")));
                return;
            }
            initWaiter = whenReady;
            provisioned = true;
            proceed();
        });
    }

    @Override
    public void run(Invocation invocation, Caller caller, Consumer<Outcome> whenEnded) {
        context.runOnContext(now -> {
            if (state == EnvironmentState.SHUTDOWN) {
                whenEnded.accept(ProcessErrors.closed(invocation.id()));
                return;
            }
            attempt = new OpenAttempt(invocation, caller, whenEnded);
            proceed();
        });
    }

    @Override
    public EnvironmentState state() {
        return state;
    }

    @Override
    public void shutdown(ShutdownReason reason) {
        context.runOnContext(now -> end(reason));
    }

    /** Does what is next for an attempt or an initialisation that waits; called whenever something has changed. */
    private void proceed() {
        switch (phase) {
            case DOWN -> start(provisionedOrOnDemand());
            case IDLE -> idle();
            case STARTING, BUSY, TRAILING, STOPPING, CLOSED -> {
                // What is under way calls again when it is over.
            }
        }
    }

    private Duration provisionedOrOnDemand() {
        if (suppressedInit) {
            return definition.timeout();
        }
        Duration timeout = definition.timeout();
        return initWaiter == null
                ? parts.initLimit()
                : timeout.compareTo(PROVISIONED_INIT_LIMIT) > 0 ? timeout : PROVISIONED_INIT_LIMIT;
    }

    private void start(Duration limit) {
        phase = Phase.STARTING;
        state = EnvironmentState.INIT;
        reports.initStarted();
        if (suppressedInit && attempt != null) {
            attempt.countUntil(Instant.now().plus(limit));
        }
        timer.start(limit, this::initTimedOut);
        premises.open(new Conversation(), this::opened, this::cannotStart);
    }

    private void opened(RuntimeApi api, Layout layout) {
        if (phase == Phase.STARTING) {
            launch(api, layout);
        } else {
            gone(); // It was ended meanwhile; what was made for it is cleaned up now.
        }
    }

    private void launch(RuntimeApi opened, Layout layout) {
        EnvironmentVariables.Facts facts = new EnvironmentVariables.Facts(
                parts.options().region(), opened.authority(), reports.logStream(), provisioned);
        opened.begin(code.extensions());
        int mine = ++generation;
        Incarnation launched = new Incarnation(
                parts,
                code,
                layout,
                reports.log(),
                facts,
                parts.memory().group(definition),
                exit -> context.runOnContext(now -> exited(mine, exit)),
                () -> context.runOnContext(now -> gone(mine)));
        incarnation = launched;
        try {
            if (code.extensions().isEmpty()) {
                launched.startRuntime();
            } else {
                launched.startExtensions();
            }
        } catch (Runtimes.NoBootstrapException e) {
            suppressedInit = true; // It would not be there the second time either.
            initFailed(ProcessExit.invalidEntrypoint(String.valueOf(e.getMessage())));
        }
    }

    private void cannotStart(String why) {
        if (phase == Phase.STARTING) {
            suppressedInit = true; // It has nothing to do with the function.
            initFailed(new ProcessExit("Runtime.Unknown", why));
        } else {
            gone();
        }
    }

    private void initFailed(ProcessExit exit) {
        initFailed(ProcessErrors.exited(attempt == null ? "" : attempt.id(), exit), "error");
    }

    private void initTimedOut() {
        OpenAttempt waiting = attempt;
        initFailed(
                suppressedInit && waiting != null
                        ? ProcessErrors.timedOut(waiting.id(), definition.timeout())
                        : ProcessErrors.initTimedOut(provisionedOrOnDemand()),
                "timeout");
    }

    private void initFailed(FunctionError error, String status) {
        timer.cancel();
        reports.initFailed(suppressedInit ? "invoke" : "init", status, error.errorType());
        ShutdownReason reason = "timeout".equals(status) ? ShutdownReason.TIMEOUT : ShutdownReason.FAILURE;
        OpenAttempt waiting = attempt;
        Consumer<Optional<FunctionError>> waiter = initWaiter;
        if (waiter != null) {
            initWaiter = null;
            end(reason);
            waiter.accept(Optional.of(error));
        } else if (waiting != null && !suppressedInit) {
            suppressedInit = true; // Once more, now as part of the invocation.
            stop(reason);
        } else {
            suppressedInit = false;
            state = EnvironmentState.RESET;
            attempt = null;
            stop(reason);
            if (waiting != null) {
                reports.startedWithInit(waiting);
                answer(waiting, error, status, error.errorType());
            }
        }
    }

    private void idle() {
        Consumer<Optional<FunctionError>> waiter = initWaiter;
        OpenAttempt next = attempt;
        if (waiter != null) {
            initWaiter = null;
            state = EnvironmentState.READY;
            parts.live().initialised();
            waiter.accept(Optional.empty());
        } else if (next != null) {
            dispatch(next);
        }
    }

    private void dispatch(OpenAttempt next) {
        RuntimeApi opened = premises.api();
        if (opened == null) {
            return;
        }
        phase = Phase.BUSY;
        boolean wasCold = state == EnvironmentState.INIT;
        state = EnvironmentState.RUNNING;
        if (wasCold) {
            parts.live().initialised();
        }
        Instant counted = next.deadline();
        Instant deadline = counted == null ? Instant.now().plus(definition.timeout()) : counted;
        Invocation invocation = next.invocation();
        if (counted == null) {
            timer.start(definition.timeout(), this::timedOut);
        } else {
            timer.start(Duration.between(Instant.now(), deadline), this::timedOut);
        }
        reports.started(next);
        opened.dispatch(new RuntimeInvocation(
                invocation.id(),
                invocation.payload(),
                StoredPayload.of(invocation).flatMap(stored -> StoredPayload.place(invocation)
                        .map(place -> new RuntimePayload(place, stored.bytes()))),
                invocation.arn().toString(),
                deadline,
                invocation.clientContext(),
                Optional.of(chain.continued(invocation))));
    }

    private void timedOut() {
        OpenAttempt running = phase == Phase.BUSY ? attempt : null;
        state = EnvironmentState.RESET;
        attempt = phase == Phase.BUSY ? null : attempt;
        stop(ShutdownReason.TIMEOUT);
        if (running != null) {
            reports.timedOut(running, definition.timeout());
            answer(running, ProcessErrors.timedOut(running.id(), definition.timeout()), "timeout", "");
        }
    }

    private void answer(OpenAttempt ended, Outcome outcome, String status, String errorType) {
        attempt = null;
        Incarnation running = incarnation;
        OptionalLong peak = running == null ? OptionalLong.empty() : running.peakMegabytes();
        reports.ended(ended, outcome, status, errorType, peak);
    }

    /** A process of this incarnation ended by itself, or because we ended it. */
    private void exited(int of, ProcessExit exit) {
        if (of != generation) {
            return;
        }
        switch (phase) {
            case STARTING -> initFailed(exit);
            case BUSY -> crashed(exit);
            case IDLE, TRAILING -> {
                state = state == EnvironmentState.SHUTDOWN ? state : EnvironmentState.RESET;
                stop(ShutdownReason.FAILURE);
            }
            case STOPPING -> {
                if (incarnation != null) {
                    incarnation.killIfNobodyIsWaitedFor();
                }
            }
            case DOWN, CLOSED -> {
                // Expected.
            }
        }
    }

    private void crashed(ProcessExit exit) {
        OpenAttempt running = attempt;
        state = EnvironmentState.RESET;
        attempt = null;
        stop(ShutdownReason.FAILURE);
        if (running != null) {
            answer(running, ProcessErrors.exited(running.id(), exit), "error", exit.errorType());
        }
    }

    /** Ends the processes; {@link #gone} is called when nothing is left of them. */
    private void stop(ShutdownReason reason) {
        timer.cancel();
        boolean hadStarted = phase != Phase.STARTING;
        phase = Phase.STOPPING;
        RuntimeApi opened = premises.api();
        Incarnation running = incarnation;
        if (opened == null || running == null) {
            if (!premises.isOpening()) {
                gone();
            }
            return;
        }
        running.end(opened, reason, hadStarted, timer);
    }

    private void gone(int of) {
        if (of == generation) {
            incarnation = null;
            gone();
        }
    }

    private void gone() {
        timer.cancel();
        if (state == EnvironmentState.SHUTDOWN) {
            cleanUp();
            return;
        }
        phase = Phase.DOWN;
        if (attempt != null || initWaiter != null) {
            proceed();
        }
    }

    private void end(ShutdownReason reason) {
        if (state == EnvironmentState.SHUTDOWN) {
            return;
        }
        state = EnvironmentState.SHUTDOWN;
        OpenAttempt running = attempt;
        Consumer<Optional<FunctionError>> waiter = initWaiter;
        attempt = null;
        initWaiter = null;
        if (phase == Phase.DOWN) {
            cleanUp();
        } else if (phase != Phase.STOPPING) {
            stop(reason);
        }
        if (running != null) {
            answer(running, ProcessErrors.closed(running.id()), "error", "Runtime.ExitError");
        }
        if (waiter != null) {
            waiter.accept(Optional.of(ProcessErrors.closed("")));
        }
    }

    private void cleanUp() {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        premises.close(() -> {
            code.release();
            parts.live().remove(this);
        });
    }

    /** What the processes say. */
    private final class Conversation implements RuntimeApiListener {
        @Override
        public void extensionsRegistered() {
            Incarnation running = incarnation;
            if (phase != Phase.STARTING || running == null) {
                return;
            }
            try {
                running.startRuntime();
            } catch (Runtimes.NoBootstrapException e) {
                suppressedInit = true;
                ProcessEnvironment.this.initFailed(ProcessExit.invalidEntrypoint(String.valueOf(e.getMessage())));
            }
        }

        @Override
        public void idle() {
            if (phase == Phase.STARTING) {
                timer.cancel();
                suppressedInit = false;
                reports.initEnded();
                phase = Phase.IDLE;
                proceed();
            } else if (phase == Phase.TRAILING) {
                timer.cancel();
                phase = Phase.IDLE;
                if (hasExtensions()) {
                    answered.extensionsEnded(System.nanoTime() - answeredNanos);
                }
                answered = Caller.NOBODY;
                proceed();
            }
        }

        private boolean hasExtensions() {
            RuntimeApi opened = premises.api();
            return !code.extensions().isEmpty() || (opened != null && opened.hasInternalExtensions());
        }

        @Override
        public Optional<ResponseTaker> streams(String requestId, String contentType) {
            OpenAttempt running = attempt;
            return phase == Phase.BUSY && running != null
                    ? running.caller().responseSink().map(sink -> new StreamedAnswer(sink, contentType))
                    : Optional.empty();
        }

        @Override
        public void responded(String requestId, byte[] response) {
            ended(new Outcome.Succeeded(response), "", "");
        }

        @Override
        public void failed(String requestId, RuntimeFailure failure) {
            FunctionError error = ProcessErrors.posted(failure);
            ended(error, "error", error.errorType());
        }

        @Override
        public void initFailed(RuntimeFailure failure) {
            if (phase == Phase.STARTING) {
                ProcessEnvironment.this.initFailed(ProcessErrors.posted(failure), "error");
            }
        }

        @Override
        public void extensionFailed(RuntimeFailure failure) {
            exited(generation, new ProcessExit("Extension.Crash", "extension failed: " + failure.type()));
        }

        private void ended(Outcome outcome, String status, String errorType) {
            OpenAttempt running = attempt;
            if (phase == Phase.BUSY && running != null) {
                phase = Phase.TRAILING;
                state = EnvironmentState.READY;
                answered = running.caller();
                answeredNanos = System.nanoTime();
                answer(running, outcome, status, errorType);
            }
        }
    }
}
