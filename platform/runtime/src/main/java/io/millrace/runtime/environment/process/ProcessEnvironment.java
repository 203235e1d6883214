package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Lineage;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.EnvironmentState;
import io.millrace.runtime.environment.ExecutionEnvironment;
import io.millrace.runtime.environment.InvocationReport;
import io.millrace.runtime.environment.ShutdownReason;
import io.millrace.runtime.runtimeapi.FunctionFacts;
import io.millrace.runtime.runtimeapi.ResponseTaker;
import io.millrace.runtime.runtimeapi.RuntimeApi;
import io.millrace.runtime.runtimeapi.RuntimeApiListener;
import io.millrace.runtime.runtimeapi.RuntimeFailure;
import io.millrace.runtime.runtimeapi.RuntimeInvocation;
import io.vertx.core.Context;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution environment as a state machine: its processes come and go with resets, its port and its /tmp stay until
 * it is shut down. Everything happens on one event loop; what blocks is done on threads of its own, which report back.
 */
final class ProcessEnvironment implements ExecutionEnvironment {
    /** The least for one ahead of its first invocation. */
    static final Duration PROVISIONED_INIT_LIMIT = Duration.ofSeconds(130);

    private static final Logger LOGGER = LoggerFactory.getLogger(ProcessEnvironment.class);
    private static final long INTERNAL_EXTENSIONS_MILLIS = 500;
    private static final long EXTERNAL_EXTENSIONS_MILLIS = 2000;
    private static final long RUNTIME_MILLIS = 300;
    /** Whoever wants the log waits so long for lines that were in a pipe when the invocation ended. */
    private static final long LOG_PATIENCE_MILLIS = 200;

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
    private final EnvironmentLog log;
    private final String logStream;
    private final String id = UUID.randomUUID().toString();
    private String lineageKey = "";
    private volatile EnvironmentState state = EnvironmentState.INIT;

    private Phase phase = Phase.DOWN;
    private @Nullable RuntimeApi api;
    private @Nullable Layout real;
    private @Nullable Incarnation incarnation;
    private @Nullable Attempt attempt;
    private @Nullable Consumer<Optional<FunctionError>> initWaiter;
    /** This initialisation is part of the invocation, as one before it failed. */
    private boolean suppressedInit;

    private boolean provisioned;
    private boolean opening;
    private int generation;
    private Timer timer;
    private InvocationReport report;

    ProcessEnvironment(ProcessParts parts, VersionCode code) {
        this.parts = parts;
        this.code = code;
        this.definition = code.definition();
        code.acquire();
        parts.live().add(this);
        context = EventLoops.forEnvironment(parts.vertx());
        timer = new Timer(parts.vertx());
        report = new InvocationReport(definition);
        logStream = LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy/MM/dd/")) + "["
                + definition.version() + "]" + UUID.randomUUID().toString().replace("-", "");
        log = new EnvironmentLog(
                definition, parts.sink().of(definition, logStream.substring(logStream.indexOf(']') + 1)));
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
            attempt = new Attempt(invocation, caller, whenEnded);
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
        report.initStarted();
        log.platform("INIT_START Runtime Version: " + definition.runtime());
        if (suppressedInit && attempt != null) {
            attempt.deadline = Instant.now().plus(limit);
        }
        timer.start(limit, this::initTimedOut);
        if (api != null && real != null) {
            launch(api, real);
            return;
        }
        opening = true;
        FunctionFacts facts = new FunctionFacts(
                definition.name().value(),
                definition.version(),
                definition.handler(),
                parts.options().account());
        RuntimeApi.open(context, facts, new Conversation())
                .onSuccess(this::opened)
                .onFailure(failure -> cannotStart("no port for the Runtime API: " + failure.getMessage()));
    }

    private void opened(RuntimeApi opened) {
        api = opened;
        parts.vertx()
                .executeBlocking(() -> parts.directories().create("environments", id, "tmp"))
                .onSuccess(tmp -> prepared(opened, tmp))
                .onFailure(failure -> cannotStart("no directory for /tmp: " + failure.getMessage()));
    }

    private void prepared(RuntimeApi opened, Path tmp) {
        Layout layout = new Layout(code.task(), code.opt(), parts.files().directory(), tmp);
        real = layout;
        opening = false;
        if (phase == Phase.STARTING) {
            launch(opened, layout);
        } else {
            gone(); // It was ended meanwhile; what was made for it is cleaned up now.
        }
    }

    private void launch(RuntimeApi opened, Layout layout) {
        EnvironmentVariables.Facts facts =
                new EnvironmentVariables.Facts(parts.options().region(), opened.authority(), logStream, provisioned);
        opened.begin(code.extensions());
        int mine = ++generation;
        Incarnation launched = new Incarnation(
                parts,
                code,
                layout,
                log,
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
        opening = false;
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
        Attempt waiting = attempt;
        initFailed(
                suppressedInit && waiting != null
                        ? ProcessErrors.timedOut(waiting.id(), definition.timeout())
                        : ProcessErrors.initTimedOut(provisionedOrOnDemand()),
                "timeout");
    }

    private void initFailed(FunctionError error, String status) {
        timer.cancel();
        log.platform(report.initFailed(suppressedInit ? "invoke" : "init", status, error.errorType()));
        ShutdownReason reason = "timeout".equals(status) ? ShutdownReason.TIMEOUT : ShutdownReason.FAILURE;
        Attempt waiting = attempt;
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
                log.started(waiting.id());
                answer(waiting, error, status, error.errorType());
            }
        }
    }

    private void idle() {
        Consumer<Optional<FunctionError>> waiter = initWaiter;
        Attempt next = attempt;
        if (waiter != null) {
            initWaiter = null;
            state = EnvironmentState.READY;
            parts.live().initialised();
            waiter.accept(Optional.empty());
        } else if (next != null) {
            dispatch(next);
        }
    }

    private void dispatch(Attempt next) {
        RuntimeApi opened = api;
        if (opened == null) {
            return;
        }
        phase = Phase.BUSY;
        boolean wasCold = state == EnvironmentState.INIT;
        state = EnvironmentState.RUNNING;
        if (wasCold) {
            parts.live().initialised();
        }
        Instant deadline = next.deadline == null ? Instant.now().plus(definition.timeout()) : next.deadline;
        Invocation invocation = next.invocation;
        if (next.deadline == null) {
            timer.start(definition.timeout(), this::timedOut);
        } else {
            timer.start(Duration.between(Instant.now(), deadline), this::timedOut);
        }
        report.invocationStarted();
        log.started(invocation.id());
        opened.dispatch(new RuntimeInvocation(
                invocation.id(),
                invocation.payload(),
                StoredPayload.file(invocation),
                invocation.arn().toString(),
                deadline,
                invocation.clientContext(),
                Optional.of(trace(invocation))));
    }

    /** Whatever the function calls is told by it how often this function ran in the chain (lambda-semantics 2.4). */
    private String trace(Invocation invocation) {
        if (lineageKey.isEmpty()) {
            FunctionArn arn = invocation.arn();
            lineageKey = Lineage.key(
                    FunctionArn.of(arn.region(), arn.account(), arn.function()).toString());
        }
        return Lineage.continued(Optional.ofNullable(invocation.attributes().get(Invocation.TRACE)), lineageKey);
    }

    private void timedOut() {
        Attempt running = phase == Phase.BUSY ? attempt : null;
        state = EnvironmentState.RESET;
        attempt = phase == Phase.BUSY ? null : attempt;
        stop(ShutdownReason.TIMEOUT);
        if (running != null) {
            log.platform(Instant.now() + " " + running.id() + " " + ProcessErrors.timedOutText(definition.timeout()));
            answer(running, ProcessErrors.timedOut(running.id(), definition.timeout()), "timeout", "");
        }
    }

    private void answer(Attempt ended, Outcome outcome, String status, String errorType) {
        attempt = null;
        Incarnation running = incarnation;
        OptionalLong peak = running == null ? OptionalLong.empty() : running.peakMegabytes();
        report.measured(ended.caller);
        String lines = report.invocationEnded(ended.id(), status, errorType, peak);
        if (!ended.caller.wantsLogTail()) {
            log.ended(lines);
            ended.whenEnded.accept(outcome);
            return;
        }
        log.ended(
                lines,
                tail -> context.runOnContext(now -> {
                    ended.caller.logTail(tail);
                    ended.whenEnded.accept(outcome);
                }));
        parts.vertx().setTimer(LOG_PATIENCE_MILLIS, late -> log.close(ended.id()));
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
            case STOPPING -> killIfNobodyIsWaitedFor();
            case DOWN, CLOSED -> {
                // Expected.
            }
        }
    }

    /** External extensions have their time to end; once they have, the rest has had it too. */
    private void killIfNobodyIsWaitedFor() {
        Incarnation running = incarnation;
        if (running != null && !code.extensions().isEmpty() && !running.hasRunningExtensions()) {
            running.kill();
        }
    }

    private void crashed(ProcessExit exit) {
        Attempt running = attempt;
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
        RuntimeApi opened = api;
        Incarnation running = incarnation;
        if (opened == null || running == null) {
            if (!opening) {
                gone();
            }
            return;
        }
        opened.withdraw();
        long budget = budgetMillis(opened);
        if (budget == 0 || !hadStarted) {
            running.kill();
            return;
        }
        opened.announceShutdown(reason.name(), Instant.now().plusMillis(budget));
        timer.start(Duration.ofMillis(budget), running::kill);
        parts.vertx().setTimer(Math.min(budget, RUNTIME_MILLIS), now -> running.terminate());
    }

    private long budgetMillis(RuntimeApi opened) {
        if (!code.extensions().isEmpty()) {
            return EXTERNAL_EXTENSIONS_MILLIS;
        }
        return opened.hasInternalExtensions() ? INTERNAL_EXTENSIONS_MILLIS : 0;
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
        Attempt running = attempt;
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
        RuntimeApi opened = api;
        if (opened != null) {
            opened.close()
                    .onFailure(failure -> LOGGER.atError().setCause(failure).log("a Runtime API could not be closed"));
        }
        Layout layout = real;
        parts.threads().execute(() -> {
            if (layout != null) {
                Directories.delete(layout.own());
            }
            code.release();
            parts.live().remove(this);
        });
    }

    /** An invocation that was asked for and has not ended. */
    private static final class Attempt {
        private final Invocation invocation;
        private final Caller caller;
        private final Consumer<Outcome> whenEnded;
        /** Set where it counts from a suppressed initialisation. */
        private @Nullable Instant deadline;

        Attempt(Invocation invocation, Caller caller, Consumer<Outcome> whenEnded) {
            this.invocation = invocation;
            this.caller = caller;
            this.whenEnded = whenEnded;
        }

        String id() {
            return invocation.id();
        }
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
                report.initEnded();
                phase = Phase.IDLE;
                proceed();
            } else if (phase == Phase.TRAILING) {
                timer.cancel();
                phase = Phase.IDLE;
                proceed();
            }
        }

        @Override
        public Optional<ResponseTaker> streams(String requestId, String contentType) {
            Attempt running = attempt;
            return phase == Phase.BUSY && running != null
                    ? running.caller.responseSink().map(sink -> new StreamedAnswer(sink, contentType))
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
            Attempt running = attempt;
            if (phase == Phase.BUSY && running != null) {
                phase = Phase.TRAILING;
                state = EnvironmentState.READY;
                answer(running, outcome, status, errorType);
            }
        }
    }
}
