package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.environment.ShutdownReason;
import io.millrace.runtime.runtimeapi.RuntimeApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The processes of one environment between two resets: the runtime, and external extensions. Event loop only, except
 * that its callbacks come on other threads.
 */
final class Incarnation {
    private static final long INTERNAL_EXTENSIONS_MILLIS = 500;
    private static final long RUNTIME_MILLIS = 300;

    private final ProcessParts parts;
    private final VersionCode code;
    private final Layout real;
    private final EnvironmentLog log;
    private final EnvironmentVariables.Facts facts;
    private final Consumer<ProcessExit> whenExited;
    private final Runnable whenGone;
    private final Optional<ControlGroup> group;
    private final List<LaunchedProcess> processes = new ArrayList<>();
    private final AtomicInteger alive = new AtomicInteger(1);
    private final AtomicInteger extensionsAlive = new AtomicInteger();
    private final MemoryPeak peak = new MemoryPeak(this::runtimeProcess);
    private Optional<LaunchedProcess> runtime = Optional.empty();
    private boolean stopped;

    /**
     * @param whenExited called on any thread for each process that ends, for whatever reason
     * @param whenGone called on any thread once, when after {@link #kill} nothing is left
     */
    Incarnation(
            ProcessParts parts,
            VersionCode code,
            Layout real,
            EnvironmentLog log,
            EnvironmentVariables.Facts facts,
            Optional<ControlGroup> group,
            Consumer<ProcessExit> whenExited,
            Runnable whenGone) {
        this.parts = parts;
        this.code = code;
        this.real = real;
        this.log = log;
        this.facts = facts;
        this.group = group;
        this.whenExited = whenExited;
        this.whenGone = whenGone;
    }

    /** @throws Runtimes.NoBootstrapException if the function brings no runtime */
    void startExtensions() throws Runtimes.NoBootstrapException {
        RuntimeCommand command = command();
        Map<String, String> variables = EnvironmentVariables.forExtension(variables(command));
        Layout seen = parts.launcher().isolation().seen(real);
        for (String name : code.extensions()) {
            String program = seen.opt().resolve("extensions").resolve(name).toString();
            RuntimeCommand extension =
                    new RuntimeCommand(List.of(program), Optional.empty(), command.visible(), Map.of());
            extensionsAlive.incrementAndGet();
            var unused = start(
                    extension, variables, status -> ProcessExit.extensionCrash(name, status), this::extensionExited);
        }
    }

    /** @throws Runtimes.NoBootstrapException if the function brings no runtime */
    void startRuntime() throws Runtimes.NoBootstrapException {
        RuntimeCommand command = command();
        runtime = Optional.of(start(command, variables(command), ProcessExit::of, whenExited));
    }

    private OptionalLong runtimeProcess() {
        return runtime.map(LaunchedProcess::id).orElse(OptionalLong.empty());
    }

    /** The most memory its runtime had, in MB; empty where the machine does not tell. */
    OptionalLong peakMegabytes() {
        return peak.megabytes();
    }

    /**
     * Ends all: extensions are told before and have their time, all others go at once (lambda-semantics 5.1). Returns
     * at once; what is left is killed when {@code timer} is over.
     *
     * @param hadStarted whether the runtime had come to ask for an invocation
     */
    void end(RuntimeApi api, ShutdownReason reason, boolean hadStarted, Timer timer) {
        api.withdraw();
        long budget = budgetMillis(api);
        if (budget == 0 || !hadStarted) {
            kill();
            return;
        }
        api.announceShutdown(reason.name(), Instant.now().plusMillis(budget));
        timer.start(Duration.ofMillis(budget), this::kill);
        parts.vertx().setTimer(Math.min(budget, RUNTIME_MILLIS), now -> terminate());
    }

    private long budgetMillis(RuntimeApi api) {
        if (!code.extensions().isEmpty()) {
            return parts.extensionsEnd().toMillis();
        }
        return api.hasInternalExtensions() ? INTERNAL_EXTENSIONS_MILLIS : 0;
    }

    /** External extensions have their time to end; once they have, the rest has had it too. */
    void killIfNobodyIsWaitedFor() {
        if (!code.extensions().isEmpty() && extensionsAlive.get() <= 0) {
            kill();
        }
    }

    // Asks the runtime to end; extensions have been told otherwise. Returns at once.
    private void terminate() {
        if (stopped) {
            return; // The threads may have been closed since.
        }
        runtime.ifPresent(running -> parts.threads().execute(running::terminate));
    }

    /** Ends all, and what they started. Returns at once. */
    void kill() {
        if (stopped) {
            return;
        }
        stopped = true;
        List<LaunchedProcess> all = List.copyOf(processes);
        parts.threads().execute(() -> {
            all.forEach(LaunchedProcess::kill);
            oneGone();
        });
    }

    private RuntimeCommand command() throws Runtimes.NoBootstrapException {
        return parts.runtimes()
                .command(code.definition(), real, parts.launcher().isolation().seen(real));
    }

    private Map<String, String> variables(RuntimeCommand command) {
        Layout seen = parts.launcher().isolation().seen(real);
        return EnvironmentVariables.of(code.definition(), command, seen, facts);
    }

    private LaunchedProcess start(
            RuntimeCommand command,
            Map<String, String> variables,
            IntFunction<ProcessExit> wording,
            Consumer<ProcessExit> whenThisExited) {
        FunctionDefinition definition = code.definition();
        Limits limits = new Limits(
                (long) definition.ephemeralStorageMegabytes() << 20,
                parts.memory().dataBytes(definition));
        List<Path> visible = command.visible();
        ProcessBuilder builder = parts.launcher().prepare(real, visible, limits, group, command.words(), variables);
        String cookie = "AWS_LAMBDA_RUNTIME_API=" + facts.authority();
        LaunchedProcess process =
                new LaunchedProcess(builder, parts.launcher(), log, cookie, wording, whenThisExited, this::oneGone);
        processes.add(process);
        alive.incrementAndGet();
        process.start(parts.threads());
        return process;
    }

    private void extensionExited(ProcessExit exit) {
        extensionsAlive.decrementAndGet();
        whenExited.accept(exit);
    }

    private void oneGone() {
        if (alive.decrementAndGet() > 0) {
            return;
        }
        try {
            group.ifPresent(Incarnation::delete);
        } finally {
            whenGone.run();
        }
    }

    private static void delete(ControlGroup group) {
        try {
            group.delete();
        } catch (IOException e) {
            throw new UncheckedIOException("a control group is left behind", e);
        }
    }
}
