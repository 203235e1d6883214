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
     * @param whenEnded called exactly once, on any thread, with Succeeded or FunctionError; must not block
     */
    void run(Invocation invocation, Consumer<Outcome> whenEnded);

    /** Lets running attempts end by themselves, then lets go of handlers and class loader. Takes no new attempts. */
    @Override
    void close();
}
