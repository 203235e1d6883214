package io.millrace.runtime.environment;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import java.util.function.Consumer;

/** The environments of one deployed version of one function. Thread-safe. */
public interface FunctionEnvironments extends AutoCloseable {

    /** As {@link #run(Invocation, Capacity, Caller, Consumer)} for somebody who wants nothing but the outcome. */
    default void run(Invocation invocation, Capacity capacity, Consumer<Outcome> whenEnded) {
        run(invocation, capacity, Caller.NOBODY, whenEnded);
    }

    /**
     * Runs one attempt in an idle environment, or in a new one. Never blocks; the handler never runs on the caller's
     * thread. The function's timeout counts from the start of the handler.
     *
     * @param capacity which environments it may use
     * @param caller what is wanted beside the outcome
     * @param whenEnded called exactly once, on any thread, with Succeeded or FunctionError; must not block
     */
    void run(Invocation invocation, Capacity capacity, Caller caller, Consumer<Outcome> whenEnded);

    /**
     * Keeps so many environments initialised, beside those that come and go on demand; returns at once.
     *
     * @param environments 0 gives them up
     * @param progress told whenever an allocation moves on
     */
    void provision(int environments, AllocationListener progress);

    /**
     * Whether this machine can take one more attempt now: an environment is idle, or another one can be started. From
     * memory; what waits is looked at again when that changes.
     *
     * @param type a call is not refused because too many environments are being initialised: nobody keeps it waiting
     */
    boolean hasRoom(InvocationType type);

    /**
     * Whether one more attempt on demand could run now that nothing else would have to make way or wait for: an
     * environment is idle, or another one can be started with room left for others. From memory; where false, to be
     * asked again after a while.
     */
    boolean hasRoomToSpare();

    /** Whether handlers run in this JVM, which they can end. The same as long as this lives. */
    boolean inThisProcess();

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
        AllocationListener NOBODY = new AllocationListener() {
            @Override
            public void available(int environments) {}

            @Override
            public void failed(String reason) {}
        };

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
