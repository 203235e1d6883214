package io.millrace.runtime.environment.inprocess;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.runtime.environment.Caller;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One run in an environment: its handler is made, unless it has one, and called, unless it is made ahead of time. It ends
 * once: by its own thread, or cut off by the watch, whichever comes first. Thread-safe.
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

    private static final byte[] NOTHING = new byte[0];

    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final InProcessEnvironment environment;
    private final Optional<Invocation> invocation;
    private final Caller caller;
    private final @Nullable InvocationLog log;
    private final Consumer<Outcome> whenEnded;
    /** Whether an initialisation may still be repeated within the invocation. */
    private volatile boolean firstInit;
    /** Written while STARTING, before others may read it. */
    private @Nullable Thread thread;

    private volatile long deadlineNanos;
    /** Written while STARTING. */
    private volatile long startedNanos;

    private volatile long initNanos;
    private @Nullable BoundHandler handler;
    private @Nullable Throwable thrown;
    /** How often the watch found it waiting; only the watch touches it. */
    private int looksWhileWaiting;

    private Attempt(
            InProcessEnvironment environment,
            Optional<Invocation> invocation,
            Caller caller,
            boolean firstInit,
            Consumer<Outcome> whenEnded) {
        this.environment = environment;
        this.invocation = invocation;
        this.caller = caller;
        this.log = invocation.isPresent() ? environment.log(invocation.get(), caller.wantsLogTail()) : null;
        this.firstInit = firstInit;
        this.whenEnded = whenEnded;
    }

    static Attempt at(
            InProcessEnvironment environment, Invocation invocation, Caller caller, Consumer<Outcome> whenEnded) {
        return new Attempt(environment, Optional.of(invocation), caller, environment.handler() == null, whenEnded);
    }

    /** Makes the handler ahead of its first invocation. */
    static Attempt atInit(InProcessEnvironment environment, Consumer<Optional<FunctionError>> whenReady) {
        return new Attempt(
                environment,
                Optional.empty(),
                Caller.NOBODY,
                false,
                outcome -> whenReady.accept(
                        outcome instanceof FunctionError failure ? Optional.of(failure) : Optional.empty()));
    }

    /** Does nothing when it runs or ran already. */
    @Override
    public void run() {
        if (!state.compareAndSet(State.WAITING, State.STARTING)) {
            return;
        }
        thread = Thread.currentThread();
        handler = environment.handler();
        startedNanos = System.nanoTime();
        deadlineNanos = startedNanos + firstLimit().toNanos();
        state.set(State.RUNNING);
        Outcome outcome = outcome();
        if (state.compareAndSet(State.RUNNING, State.ENDED)) {
            Thread.interrupted(); // The handler may have set it; the next attempt on this thread must not see it.
            environment.ended(handler, thrown);
            measured();
            end(outcome);
        } else {
            while (state.get() == State.CUTTING) { // The interrupt may still be on its way to this thread.
                Thread.onSpinWait();
            }
            Thread.interrupted();
            environment.parts().abandoned().decrementAndGet();
        }
    }

    private Duration firstLimit() {
        if (firstInit) {
            return environment.parts().initLimit();
        }
        Duration timeout = environment.timeout();
        Duration provisioned = environment.parts().provisionedInitLimit();
        return invocation.isEmpty() && provisioned.compareTo(timeout) > 0 ? provisioned : timeout;
    }

    private Outcome outcome() {
        try {
            BoundHandler callee = handler == null ? initialised() : handler;
            if (invocation.isEmpty()) {
                return new Outcome.Succeeded(NOTHING);
            }
            if (firstInit) { // The function's own time begins with its handler.
                restartClock();
            }
            return environment.call(callee, invocation.get(), caller.responseSink(), log, deadlineNanos);
        } catch (Throwable anything) { // The border to users' code: whatever it throws is how the attempt ended.
            thrown = anything;
            return FunctionErrors.of(anything);
        }
    }

    private BoundHandler initialised() throws Throwable {
        BoundHandler made;
        try {
            made = environment.makeHandler();
        } catch (Throwable failed) { // Users' code again. Lambda tries once more, within the invocation.
            if (!firstInit || state.get() != State.RUNNING) {
                throw failed;
            }
            restartClock();
            made = onceMore(failed);
        }
        handler = made;
        initNanos = Math.max(1, System.nanoTime() - startedNanos);
        return made;
    }

    private BoundHandler onceMore(Throwable first) throws Throwable {
        try {
            return environment.makeHandler();
        } catch (NoClassDefFoundError neverTriedAgain) { // By the JVM, where classes are the host's own.
            throw first;
        }
    }

    private void restartClock() {
        firstInit = false;
        deadlineNanos = System.nanoTime() + environment.timeout().toNanos();
    }

    boolean isLate(long nowNanos) {
        return state.get() == State.RUNNING && nowNanos - deadlineNanos >= 0;
    }

    /** True from the third look on: no thread took it up since the watch first saw it. */
    boolean isLyingAround() {
        return state.get() == State.WAITING && ++looksWhileWaiting == 3;
    }

    /** Its time is over. */
    void timeOut() {
        boolean whileInitialising = firstInit;
        if (!whileInitialising) {
            cutOff(requestId -> FunctionErrors.timedOut(requestId, environment.timeout()));
        } else if (interrupt()) {
            environment.again(new Attempt(environment, invocation, caller, false, whenEnded));
        }
    }

    /** Ends it now, if it has not ended, and interrupts its handler; what that returns later is dropped. */
    void cutOff(Function<String, Outcome> outcome) {
        boolean neverStarted = state.compareAndSet(State.WAITING, State.ENDED);
        if (neverStarted || interrupt()) {
            environment.cutOff();
            if (!neverStarted) {
                measured();
            }
            end(outcome.apply(invocation.map(Invocation::id).orElse("")));
        }
    }

    private void measured() {
        long init = initNanos;
        caller.measured(init, System.nanoTime() - startedNanos - init);
    }

    private void end(Outcome outcome) {
        if (log != null) {
            byte[] tail = log.end(outcome);
            if (caller.wantsLogTail()) {
                caller.logTail(tail);
            }
        }
        whenEnded.accept(outcome);
    }

    /** False if it has ended. */
    private boolean interrupt() {
        while (state.get() == State.STARTING) {
            Thread.onSpinWait();
        }
        if (!state.compareAndSet(State.RUNNING, State.CUTTING)) {
            return false;
        }
        environment.parts().abandoned().incrementAndGet();
        if (thread != null) {
            thread.interrupt();
        }
        state.set(State.ENDED);
        return true;
    }
}
