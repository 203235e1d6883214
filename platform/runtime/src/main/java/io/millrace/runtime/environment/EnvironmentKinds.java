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
        ExecutionEnvironments chosen = inThisProcess(definition, source) ? inProcess : processes;
        return chosen.deploy(definition, source, whenRetired);
    }

    @Override
    public boolean inThisProcess(FunctionDefinition definition, HandlerSource source) {
        boolean uploaded = source instanceof HandlerSource.Archive;
        return !uploaded || (javaInProcess && definition.runtime().startsWith("java"));
    }

    @Override
    public void close() {
        inProcess.close();
        processes.close();
    }
}
