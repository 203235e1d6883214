package io.millrace.runtime.environment;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import java.util.function.Consumer;

/** The environments of one deployed version of one function. Thread-safe. */
public interface FunctionEnvironments extends AutoCloseable {

    /**
     * Runs one attempt in an idle environment, or in a new one. Never blocks; the handler never runs on the caller's
     * thread. The function's timeout counts from the start of the handler.
     *
     * @param capacity which environments it may use
     * @param whenEnded called exactly once, on any thread, with Succeeded or FunctionError; must not block
     */
    void run(Invocation invocation, Capacity capacity, Consumer<Outcome> whenEnded);

    /**
     * Keeps so many environments initialised, beside those that come and go on demand; returns at once.
     *
     * @param environments 0 gives them up
     * @param progress told whenever an allocation moves on
     */
    void provision(int environments, AllocationListener progress);

    /** How many environments there are now, in every state but SHUTDOWN. From memory. */
    int count();

    /** Lets running attempts end by themselves, then lets go of the code. Takes no new attempts. */
    @Override
    void close();

    /** Which environments an attempt may use: those the permit speaks of. */
    enum Capacity {
        ON_DEMAND,
        PROVISIONED
    }

    /** Learns how the allocation of provisioned environments goes. Called on any thread; must not block. */
    interface AllocationListener {
        /** @param environments that are initialised now, idle or in use */
        void available(int environments);

        /**
         * One could not be initialised; no further one is tried.
         *
         * @param reason such as FUNCTION_ERROR_INIT_FAILURE
         */
        void failed(String reason);
    }
}
