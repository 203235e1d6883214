package io.millrace.runtime.environment.inprocess;

import io.millrace.core.Require;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.environment.ExecutionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.HandlerSource;
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
    /** How long an environment stays warm without work. */
    public static final Duration DEFAULT_IDLE_LIFETIME = Duration.ofMinutes(5);

    private static final Logger LOGGER = LoggerFactory.getLogger(InProcessEnvironments.class);
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(10);

    private final AtomicInteger abandoned = new AtomicInteger();
    private final Set<FunctionPool> pools = ConcurrentHashMap.newKeySet();
    private final BlockingWork work;
    private final long idleLifetimeNanos;
    private volatile boolean closed;

    /** @param maximumConcurrency attempts that may run at once, over all functions: the permits of this node */
    public InProcessEnvironments(int maximumConcurrency) {
        this(maximumConcurrency, DEFAULT_IDLE_LIFETIME);
    }

    /** @param idleLifetime how long an environment stays warm without work, more than zero */
    public InProcessEnvironments(int maximumConcurrency, Duration idleLifetime) {
        Require.between("maximumConcurrency", maximumConcurrency, 1, 1_000_000);
        idleLifetimeNanos = idleLifetime.toNanos();
        work = new BlockingWork(maximumConcurrency, abandoned::get);
        Thread watch = new Thread(this::watch, "function-deadlines");
        watch.setDaemon(true);
        watch.start();
    }

    /** {@inheritDoc} Blocks while it reads an archive from disk. */
    @Override
    public FunctionEnvironments deploy(FunctionDefinition definition, HandlerSource source) {
        HandlerCode code = HandlerCode.load(definition, source);
        FunctionPool pool = new FunctionPool(definition, code, work, abandoned, pools::remove);
        pools.add(pool);
        return pool;
    }

    /**
     * Attempts that were cut off while their handler still has its thread: it ignores its interrupt, or has not noticed
     * it yet.
     */
    public int abandoned() {
        return abandoned.get();
    }

    @Override
    public void close() {
        closed = true;
        pools.forEach(FunctionPool::close);
        pools.forEach(pool -> pool.cutOffAll(invocation -> FunctionErrors.closed(invocation.id())));
        work.close();
    }

    private void watch() {
        while (!closed) {
            LockSupport.parkNanos(WATCH_INTERVAL.toNanos());
            look();
        }
    }

    private void look() {
        long now = System.nanoTime();
        for (FunctionPool pool : pools) {
            try {
                pool.checkAttempts(now);
                pool.retireIdleSince(now - idleLifetimeNanos);
            } catch (Throwable bug) { // The edge of this thread: without it no attempt would ever time out again.
                LOGGER.atError().setCause(bug).log("looking after running attempts failed");
            }
        }
    }
}
