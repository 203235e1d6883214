package io.millrace.runtime.environment.inprocess;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.FunctionEnvironments;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The warm environments of one deployment, the one used last first. Thread-safe; its lock is never held for a call. */
final class FunctionPool implements FunctionEnvironments {
    private final FunctionDefinition definition;
    private final HandlerCode code;
    private final BlockingWork work;
    private final AtomicInteger abandoned;
    private final Consumer<FunctionPool> whenClosed;
    private final FunctionLogger logger;
    private final long timeoutNanos;
    /** All that live, so that the watch can look at them without the lock. */
    private final Collection<Environment> environments = ConcurrentHashMap.newKeySet();

    private final Object lock = new Object();
    private final ArrayDeque<Environment> idle = new ArrayDeque<>();
    private int running;
    private boolean closed;

    /** @param whenClosed called once, when no attempt runs any more after {@link #close} */
    FunctionPool(
            FunctionDefinition definition,
            HandlerCode code,
            BlockingWork work,
            AtomicInteger abandoned,
            Consumer<FunctionPool> whenClosed) {
        this.definition = definition;
        this.code = code;
        this.work = work;
        this.abandoned = abandoned;
        this.whenClosed = whenClosed;
        this.logger = new FunctionLogger(definition.name());
        this.timeoutNanos = definition.timeout().toNanos();
    }

    /** @throws IllegalStateException after {@link #close}; nothing runs and {@code whenEnded} is not called */
    @Override
    public void run(Invocation invocation, Capacity capacity, Consumer<Outcome> whenEnded) {
        Environment environment = take();
        Attempt attempt = new Attempt(this, environment, invocation, timeoutNanos, whenEnded);
        environment.running(attempt);
        work.execute(attempt);
    }

    @Override
    public void provision(int wanted, AllocationListener progress) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int count() {
        return environments.size();
    }

    /** Returns at once; the code is let go of when the last running attempt has ended. */
    @Override
    public void close() {
        boolean nowEmpty;
        synchronized (lock) {
            nowEmpty = !closed && running == 0;
            closed = true;
            environments.removeAll(idle);
            idle.clear();
        }
        if (nowEmpty) {
            letGo();
        }
    }

    /** An attempt ended by itself. */
    void release(Environment environment) {
        environment.idle(System.nanoTime());
        end(environment, !environment.isBroken());
    }

    /** An attempt was cut off: what its handler holds in memory is gone with it. */
    void discard(Environment environment) {
        end(environment, false);
    }

    /** The thread of an attempt that was cut off has not ended yet. */
    void wentMissing() {
        abandoned.incrementAndGet();
    }

    void cameBack() {
        abandoned.decrementAndGet();
    }

    /** Ends attempts whose time is over, and gives those to another thread that none has taken up. */
    void checkAttempts(long nowNanos) {
        for (Environment environment : environments) {
            Attempt attempt = environment.running();
            if (attempt != null && attempt.isLate(nowNanos)) {
                attempt.cutOff(invocation -> FunctionErrors.timedOut(invocation.id(), definition.timeout()));
            } else if (attempt != null && attempt.isLyingAround()) {
                work.rescue(attempt);
            }
        }
    }

    void cutOffAll(Function<Invocation, Outcome> outcome) {
        for (Environment environment : environments) {
            Attempt attempt = environment.running();
            if (attempt != null) {
                attempt.cutOff(outcome);
            }
        }
    }

    /** Retires environments that have been idle since before {@code nanos}, on the clock of System.nanoTime(). */
    void retireIdleSince(long nanos) {
        synchronized (lock) {
            Environment longestIdle = idle.peekFirst();
            while (longestIdle != null && longestIdle.idleSinceNanos() - nanos < 0) {
                environments.remove(idle.removeFirst());
                longestIdle = idle.peekFirst();
            }
        }
    }

    private Environment take() {
        @Nullable Environment warm;
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the environments of function '" + definition.name() + "' are closed");
            }
            running++;
            warm = idle.pollLast();
        }
        if (warm != null) {
            return warm;
        }
        Environment cold = new Environment(definition, code, logger);
        environments.add(cold);
        return cold;
    }

    private void end(Environment environment, boolean reuse) {
        boolean nowEmpty;
        synchronized (lock) {
            running--;
            if (reuse && !closed) {
                idle.addLast(environment);
            } else {
                environments.remove(environment);
            }
            nowEmpty = closed && running == 0;
        }
        if (nowEmpty) {
            letGo();
        }
    }

    private void letGo() {
        whenClosed.accept(this);
        code.release();
    }
}
