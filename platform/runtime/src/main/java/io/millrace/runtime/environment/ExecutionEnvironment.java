package io.millrace.runtime.environment;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs one invocation at a time; the pool it belongs to sees to that. No method blocks. {@link #init} and {@link #run}
 * are never called while one of them is under way; {@link #shutdown} may be called at any time from any thread.
 */
public interface ExecutionEnvironment {

    /**
     * Initialises it ahead of its first invocation, as provisioned concurrency does.
     *
     * @param whenReady called once, on any thread: empty when it is READY, otherwise why it is not; then it is SHUTDOWN
     */
    void init(Consumer<Optional<FunctionError>> whenReady);

    /** As {@link #run(Invocation, Caller, Consumer)} for somebody who wants nothing but the outcome. */
    default void run(Invocation invocation, Consumer<Outcome> whenEnded) {
        run(invocation, Caller.NOBODY, whenEnded);
    }

    /**
     * Runs one attempt; initialises first where that was not done, or was undone by a reset. Afterwards the state is
     * READY or RESET, and it can be used again, or SHUTDOWN.
     *
     * @param caller what is wanted beside the outcome
     * @param whenEnded called exactly once, on any thread, with Succeeded or FunctionError, after the state has changed
     */
    void run(Invocation invocation, Caller caller, Consumer<Outcome> whenEnded);

    /** Thread-safe, from memory. */
    EnvironmentState state();

    /** Ends it for good: what runs in it is cut off and ends with an error. Returns at once. */
    void shutdown(ShutdownReason reason);
}
