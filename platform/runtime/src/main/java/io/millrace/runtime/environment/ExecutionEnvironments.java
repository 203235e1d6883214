package io.millrace.runtime.environment;

import io.millrace.core.function.FunctionDefinition;

/** Where functions get the environments that their attempts run in. Thread-safe. */
public interface ExecutionEnvironments extends AutoCloseable {

    /**
     * Makes ready to run {@code definition}; loads and checks the code but creates no handler object yet. Blocks on the
     * disk.
     *
     * @param whenRetired called, on any thread, each time an environment ends that was not provisioned
     * @throws InvalidHandlerException if the code holds no such handler, or none that can be called
     */
    FunctionEnvironments deploy(FunctionDefinition definition, HandlerSource source, Runnable whenRetired);

    /** Whether {@link #deploy} would let handlers run in this JVM. */
    boolean inThisProcess(FunctionDefinition definition, HandlerSource source);

    /** Ends all environments; attempts that still run are interrupted. */
    @Override
    void close();
}
