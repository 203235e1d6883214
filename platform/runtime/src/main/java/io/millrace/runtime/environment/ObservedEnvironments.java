package io.millrace.runtime.environment;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import java.util.function.Consumer;

/** Environments that tell a listener how their attempts end; whoever closes what it wraps closes both. Thread-safe. */
public final class ObservedEnvironments implements ExecutionEnvironments {
    private final ExecutionEnvironments environments;
    private final AttemptListener listener;

    public ObservedEnvironments(ExecutionEnvironments environments, AttemptListener listener) {
        this.environments = environments;
        this.listener = listener;
    }

    @Override
    public FunctionEnvironments deploy(FunctionDefinition definition, HandlerSource source, Runnable whenRetired) {
        return new Observed(environments.deploy(definition, source, whenRetired), listener);
    }

    @Override
    public boolean inThisProcess(FunctionDefinition definition, HandlerSource source) {
        return environments.inThisProcess(definition, source);
    }

    @Override
    public void close() {
        environments.close();
    }

    private record Observed(FunctionEnvironments environments, AttemptListener listener)
            implements WrappedEnvironments {
        @Override
        public void run(Invocation invocation, Capacity capacity, Caller caller, Consumer<Outcome> whenEnded) {
            environments.run(invocation, capacity, caller, outcome -> {
                try {
                    listener.ended(invocation, outcome);
                } finally {
                    whenEnded.accept(outcome); // Or the event would hang on a listener's bug.
                }
            });
        }
    }
}
