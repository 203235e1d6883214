package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.environment.EnvironmentPool;
import io.millrace.runtime.environment.EnvironmentPool.Rules;
import io.millrace.runtime.environment.ExecutionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.environment.InvalidHandlerException;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes environments that are processes of their own. Thread-safe. */
public final class ProcessEnvironments implements ExecutionEnvironments {
    /** For an initialisation on demand (lambda-semantics 5.1). */
    private static final Duration INIT_LIMIT = Duration.ofSeconds(10);

    private static final Duration EXTENSIONS_END = Duration.ofSeconds(2);

    private static final long THREAD_IDLE_SECONDS = 10;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private static final long UPKEEP_MILLIS = 1_000;

    private final Isolation isolation;
    private final ProcessParts parts;
    private final Rules rules;
    private final ProcessRoom room;
    private final long upkeep;
    private final Set<EnvironmentPool> pools = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads;
    private final JavaArchives archives;

    /**
     * Tries what this machine offers to keep functions in their place, by starting a process or two. Blocks for some
     * milliseconds.
     *
     * @throws IllegalStateException if that is less than the minimum, or the directory or control group cannot be used
     */
    public ProcessEnvironments(Vertx vertx, ProcessOptions options, Rules rules, FunctionLogSink sink) {
        this(vertx, options, rules, sink, INIT_LIMIT, EXTENSIONS_END);
    }

    /** For tests of what happens before or after the limits. */
    ProcessEnvironments(
            Vertx vertx,
            ProcessOptions options,
            Rules rules,
            FunctionLogSink sink,
            Duration initLimit,
            Duration extensionsEnd) {
        Tools tools = Tools.ofServer();
        isolation = Isolation.probe(tools, options.maximumIsolation());
        requireMinimum(options);
        MemoryLimit memory = MemoryLimit.of(options.controlGroup());
        Directories directories = Directories.open(options.directory());
        RuntimeFiles files = RuntimeFiles.create(directories.create("runtime"));
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, THREAD_IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, "function-process-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        Launcher launcher = new Launcher(isolation, tools);
        archives = new JavaArchives(vertx, directories, files, launcher, threads);
        parts = new ProcessParts(
                vertx,
                options,
                directories,
                files,
                new Runtimes(new Interpreters(tools), files, archives, options),
                launcher,
                memory,
                initLimit,
                extensionsEnd,
                new LiveEnvironments(),
                threads,
                sink);
        this.rules = rules;
        room = new ProcessRoom(parts.live(), options.maximumProcesses(), pools);
        upkeep = vertx.setPeriodic(UPKEEP_MILLIS, now -> pools.forEach(EnvironmentPool::upkeep));
    }

    /** @param listener called on any thread whenever more may be started than before; must not block */
    public void onRoom(Runnable listener) {
        parts.live().onRoom(listener);
    }

    /**
     * {@inheritDoc} Unpacks the code and looks for the program that runs it.
     *
     * @param source an archive
     */
    @Override
    public FunctionEnvironments deploy(FunctionDefinition definition, HandlerSource source, Runnable whenRetired) {
        if (!(source instanceof HandlerSource.Archive archive)) {
            throw new IllegalArgumentException("code of function '" + definition.name() + "' is "
                    + source.getClass().getSimpleName() + ", expected an archive");
        }
        PreparedFunction prepared = prepare(definition, archive);
        EnvironmentPool pool = new EnvironmentPool(
                definition.name().value(), prepared::create, rules, room, false, whenRetired, ended -> {
                    pools.remove(ended);
                    prepared.release();
                });
        pools.add(pool);
        return pool;
    }

    @Override
    public boolean inThisProcess(FunctionDefinition definition, HandlerSource source) {
        return false;
    }

    /**
     * Unpacks the code of one version and looks for the program that runs it. Blocks on the disk.
     *
     * @throws InvalidHandlerException if an archive is refused, or the machine has no such runtime
     */
    PreparedFunction prepare(FunctionDefinition definition, HandlerSource.Archive archive) {
        VersionCode code = VersionCode.unpack(
                definition,
                archive,
                parts.directories().create("versions", UUID.randomUUID().toString()));
        boolean complete = false;
        try {
            Layout real = new Layout(
                    code.task(),
                    code.opt(),
                    parts.files().directory(),
                    parts.files().directory());
            parts.runtimes().command(definition, real, isolation.seen(real));
            complete = true;
        } catch (Runtimes.NoBootstrapException atFirstInvocation) {
            complete = true; // As in Lambda it is the invocation that fails.
        } finally {
            if (!complete) {
                code.release();
            }
        }
        return new PreparedFunction(parts, code);
    }

    public IsolationLevel isolation() {
        return isolation.level();
    }

    /** For who starts the server: what holds processes in their place, and why nothing stronger does. */
    public String isolationInForce() {
        StringBuilder text = new StringBuilder(name(isolation.level()));
        if (!isolation.refusals().isEmpty()) {
            text.append(" (").append(String.join("; ", isolation.refusals())).append(')');
        }
        return text.append(", memory held by ").append(parts.memory().inForce()).toString();
    }

    private static String name(IsolationLevel level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    /** Environments that hold a port, a directory or a process. */
    public int count() {
        return parts.live().count();
    }

    /** Ends all environments and deletes all files. Blocks until that is done, for some seconds at most. */
    @Override
    public void close() {
        parts.vertx().cancelTimer(upkeep);
        pools.forEach(EnvironmentPool::close);
        try {
            archives.close();
            parts.live().shutdownAll();
            parts.live().awaitNone(CLOSE_LIMIT);
            threads.shutdown();
            if (!threads.awaitTermination(CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        parts.directories().close();
    }

    private void requireMinimum(ProcessOptions options) {
        if (isolation.level().compareTo(options.minimumIsolation()) < 0) {
            throw new IllegalStateException("environment.minimumIsolation is " + options.minimumIsolation()
                    + ", but this machine offers only " + isolation.level() + ": " + isolation.refusals());
        }
    }
}
