package io.millrace.runtime.environment.process;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One process and whatever it starts. Its thread stays until its end: the kernel ties the life of the process to the
 * thread that started it. Thread-safe.
 */
final class LaunchedProcess {
    private final ProcessBuilder builder;
    private final Launcher launcher;
    private final EnvironmentLog log;
    private final IntFunction<ProcessExit> wording;
    private final Consumer<ProcessExit> whenExited;
    private final Runnable whenGone;
    private final String cookie;
    private final Object lock = new Object();
    private @Nullable Process process;
    private boolean killed;

    /**
     * @param cookie variable and value that only this environment's processes have
     * @param wording of its end, from its status
     * @param whenExited called once, when the process itself has ended or could not be started
     * @param whenGone called once after that, when nothing is left of it and all its output was read
     */
    LaunchedProcess(
            ProcessBuilder builder,
            Launcher launcher,
            EnvironmentLog log,
            String cookie,
            IntFunction<ProcessExit> wording,
            Consumer<ProcessExit> whenExited,
            Runnable whenGone) {
        this.builder = builder;
        this.launcher = launcher;
        this.log = log;
        this.cookie = cookie;
        this.wording = wording;
        this.whenExited = whenExited;
        this.whenGone = whenGone;
    }

    /** @param threads must give it a thread of its own */
    void start(Executor threads) {
        threads.execute(this::live);
    }

    /** Asks it and its children to end. Blocks for some milliseconds. */
    void terminate() {
        Process running = running();
        if (running != null) {
            running.descendants().forEach(ProcessHandle::destroy);
        }
    }

    /** Ends it with all it started, now. Does not wait for it; may block for some milliseconds. */
    void kill() {
        Process running;
        synchronized (lock) {
            killed = true;
            running = process;
        }
        if (running != null) {
            launcher.kill(running, cookie);
        }
    }

    /** Empty before it is there. */
    OptionalLong id() {
        Process running = running();
        return running == null ? OptionalLong.empty() : OptionalLong.of(running.pid());
    }

    private @Nullable Process running() {
        synchronized (lock) {
            return process;
        }
    }

    private void live() {
        try {
            Process started = builder.start();
            boolean tooLate;
            synchronized (lock) {
                process = started;
                tooLate = killed;
            }
            if (tooLate) {
                launcher.kill(started, cookie);
            }
            CompletableFuture<Void> unused = started.onExit().thenAccept(this::exited);
            OutputPump.of(started, log).run();
            started.waitFor();
        } catch (IOException cannotStart) {
            whenExited.accept(ProcessExit.invalidEntrypoint(String.valueOf(cannotStart.getMessage())));
        } catch (InterruptedException closing) {
            kill();
            Thread.currentThread().interrupt();
        } finally {
            whenGone.run();
        }
    }

    /** What it left behind must not hold its output open. */
    private void exited(Process ended) {
        launcher.kill(ended, cookie);
        whenExited.accept(wording.apply(ended.exitValue()));
    }
}
