package io.millrace.runtime.environment.inprocess;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One run of a handler. It ends once: by its own thread, or cut off by the watch, whichever comes first. Thread-safe.
 */
final class Attempt implements Runnable {
    private enum State {
        WAITING,
        STARTING,
        RUNNING,
        /** Somebody else than its thread is about to end it. */
        CUTTING,
        ENDED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final FunctionPool pool;
    private final Environment environment;
    private final Invocation invocation;
    private final long timeoutNanos;
    private final Consumer<Outcome> whenEnded;
    /** Both are written while STARTING, before others may read them. */
    private @Nullable Thread thread;

    private long deadlineNanos;
    /** How often the watch found it waiting; only the watch touches it. */
    private int looksWhileWaiting;

    Attempt(
            FunctionPool pool,
            Environment environment,
            Invocation invocation,
            long timeoutNanos,
            Consumer<Outcome> whenEnded) {
        this.pool = pool;
        this.environment = environment;
        this.invocation = invocation;
        this.timeoutNanos = timeoutNanos;
        this.whenEnded = whenEnded;
    }

    /** Does nothing when it runs or ran already. */
    @Override
    public void run() {
        if (!state.compareAndSet(State.WAITING, State.STARTING)) {
            return;
        }
        thread = Thread.currentThread();
        deadlineNanos = System.nanoTime() + timeoutNanos;
        state.set(State.RUNNING);
        Outcome outcome = environment.run(invocation, deadlineNanos);
        if (state.compareAndSet(State.RUNNING, State.ENDED)) {
            Thread.interrupted(); // The handler may have set it; the next attempt on this thread must not see it.
            pool.release(environment);
            whenEnded.accept(outcome);
        } else {
            while (state.get() == State.CUTTING) { // The interrupt may still be on its way to this thread.
                Thread.onSpinWait();
            }
            Thread.interrupted();
            pool.cameBack();
        }
    }

    boolean isLate(long nowNanos) {
        return state.get() == State.RUNNING && nowNanos - deadlineNanos >= 0;
    }

    /** True from the third look on: no thread took it up since the watch first saw it. */
    boolean isLyingAround() {
        return state.get() == State.WAITING && ++looksWhileWaiting == 3;
    }

    /** Ends it now, if it has not ended, and interrupts its handler; what that returns later is dropped. */
    void cutOff(Function<Invocation, Outcome> outcome) {
        boolean neverStarted = state.compareAndSet(State.WAITING, State.ENDED);
        if (!neverStarted && !interrupt()) {
            return;
        }
        pool.discard(environment);
        whenEnded.accept(outcome.apply(invocation));
    }

    private boolean interrupt() {
        while (state.get() == State.STARTING) {
            Thread.onSpinWait();
        }
        if (!state.compareAndSet(State.RUNNING, State.CUTTING)) {
            return false;
        }
        pool.wentMissing();
        if (thread != null) {
            thread.interrupt();
        }
        state.set(State.ENDED);
        return true;
    }
}
