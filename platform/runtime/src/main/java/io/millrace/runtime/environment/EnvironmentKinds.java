package io.millrace.runtime.environment;

import io.millrace.core.function.FunctionDefinition;

/** Chooses where a function runs: objects and classes of the embedding service here, uploaded code in processes. */
public final class EnvironmentKinds implements ExecutionEnvironments {
    private final ExecutionEnvironments inProcess;
    private final ExecutionEnvironments processes;
    private final boolean javaInProcess;

    /** @param javaInProcess whether uploaded Java code runs in this JVM as well */
    public EnvironmentKinds(ExecutionEnvironments inProcess, ExecutionEnvironments processes, boolean javaInProcess) {
        this.inProcess = inProcess;
        this.processes = processes;
        this.javaInProcess = javaInProcess;
    }

    @Override
    public FunctionEnvironments deploy(FunctionDefinition definition, HandlerSource source, Runnable whenRetired) {
        boolean uploaded = source instanceof HandlerSource.Archive;
        boolean here = !uploaded || (javaInProcess && definition.runtime().startsWith("java"));
        return (here ? inProcess : processes).deploy(definition, source, whenRetired);
    }

    @Override
    public void close() {
        inProcess.close();
        processes.close();
    }
}
