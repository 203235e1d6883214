package io.millrace.runtime.environment.inprocess;

import io.millrace.core.Require;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.environment.EnvironmentPool;
import io.millrace.runtime.environment.EnvironmentPool.Rules;
import io.millrace.runtime.environment.ExecutionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.logs.KeptLines;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs handlers in this JVM, each environment on a thread of its own while an attempt runs. One thread watches all
 * deadlines, so an attempt may run up to 10 ms longer than its timeout. Thread-safe.
 */
public final class InProcessEnvironments implements ExecutionEnvironments {
    private static final Logger LOGGER = LoggerFactory.getLogger(InProcessEnvironments.class);
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(10);

    private static final Duration LAMBDA_INIT_LIMIT = Duration.ofSeconds(10);
    private static final Duration LAMBDA_PROVISIONED_INIT_LIMIT = Duration.ofSeconds(130);

    private final Set<EnvironmentPool> pools = ConcurrentHashMap.newKeySet();
    private final EnvironmentParts parts;
    private final Rules rules;
    private final boolean takesOutput;
    private volatile boolean closed;

    /** Keeps no lines. */
    public InProcessEnvironments(int maximumConcurrency, Rules rules) {
        this(maximumConcurrency, rules, KeptLines.NONE);
    }

    /**
     * @param maximumConcurrency attempts that may run at once, over all functions: the permits of this node
     * @param logs unless it is {@link KeptLines#NONE}, what threads of handlers print goes there, too
     */
    public InProcessEnvironments(int maximumConcurrency, Rules rules, KeptLines logs) {
        this(maximumConcurrency, rules, LAMBDA_INIT_LIMIT, logs);
    }

    /** @param initLimit of an initialisation on demand, more than zero */
    InProcessEnvironments(int maximumConcurrency, Rules rules, Duration initLimit) {
        this(maximumConcurrency, rules, initLimit, KeptLines.NONE);
    }

    private InProcessEnvironments(int maximumConcurrency, Rules rules, Duration initLimit, KeptLines logs) {
        Require.between("maximumConcurrency", maximumConcurrency, 1, 1_000_000);
        this.rules = rules;
        AtomicInteger abandoned = new AtomicInteger();
        this.parts = new EnvironmentParts(
                new BlockingWork(maximumConcurrency, abandoned::get),
                abandoned,
                ConcurrentHashMap.newKeySet(),
                initLimit,
                LAMBDA_PROVISIONED_INIT_LIMIT,
                logs);
        takesOutput = logs != KeptLines.NONE;
        if (takesOutput) {
            HandlerOutput.acquire();
        }
        Thread watch = new Thread(this::watch, "function-deadlines");
        watch.setDaemon(true);
        watch.start();
    }

    /** {@inheritDoc} Blocks while it reads an archive from disk. */
    @Override
    public FunctionEnvironments deploy(FunctionDefinition definition, HandlerSource source, Runnable whenRetired) {
        HandlerCode code = HandlerCode.load(definition, source);
        FunctionLogger logger = new FunctionLogger(definition.name());
        EnvironmentPool pool = new EnvironmentPool(
                definition.name().value(),
                () -> new InProcessEnvironment(definition, code, logger, parts),
                rules,
                EnvironmentPool.Room.UNLIMITED,
                true,
                whenRetired,
                ended -> {
                    pools.remove(ended);
                    code.release();
                });
        pools.add(pool);
        return pool;
    }

    @Override
    public boolean inThisProcess(FunctionDefinition definition, HandlerSource source) {
        return true;
    }

    /**
     * Attempts that were cut off while their handler still has its thread: it ignores its interrupt, or has not noticed
     * it yet.
     */
    public int abandoned() {
        return parts.abandoned().get();
    }

    @Override
    public void close() {
        if (!closed && takesOutput) {
            HandlerOutput.release();
        }
        closed = true;
        pools.forEach(EnvironmentPool::close);
        pools.forEach(EnvironmentPool::shutdownAll);
        parts.work().close();
    }

    private void watch() {
        while (!closed) {
            LockSupport.parkNanos(WATCH_INTERVAL.toNanos());
            try {
                look();
            } catch (Throwable bug) { // The edge of this thread: without it no attempt would ever time out again.
                LOGGER.atError().setCause(bug).log("looking after running attempts failed");
            }
        }
    }

    private void look() {
        long now = System.nanoTime();
        for (InProcessEnvironment environment : parts.live()) {
            Attempt attempt = environment.running();
            if (attempt != null && attempt.isLate(now)) {
                attempt.timeOut();
            } else if (attempt != null && attempt.isLyingAround()) {
                parts.work().rescue(attempt);
            }
        }
        pools.forEach(EnvironmentPool::upkeep);
    }
}
