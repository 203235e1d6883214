package io.millrace.runtime.metrics;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.ExecutionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.environment.WrappedEnvironments;
import io.millrace.runtime.observe.FunctionMeters;
import io.millrace.runtime.observe.Meters;
import io.millrace.runtime.observe.VersionMeters;
import java.util.function.Consumer;

/**
 * Environments whose attempts are measured. Meters are looked up once for each version that is deployed, not for each
 * attempt. Whoever closes what it wraps closes both. Thread-safe.
 */
public final class MeteredEnvironments implements ExecutionEnvironments {
    private final ExecutionEnvironments environments;
    private final Meters meters;
    private final UsageMeter usage;

    public MeteredEnvironments(ExecutionEnvironments environments, Meters meters, UsageMeter usage) {
        this.environments = environments;
        this.meters = meters;
        this.usage = usage;
    }

    @Override
    public FunctionEnvironments deploy(FunctionDefinition definition, HandlerSource source, Runnable whenRetired) {
        FunctionEnvironments deployed = environments.deploy(definition, source, whenRetired);
        // Only now: what cannot be deployed has no meters.
        FunctionMeters function = meters.function(definition.name());
        return new Metered(
                deployed,
                new Measures(
                        function,
                        function.version(definition.version()),
                        usage.of(definition.name(), definition.version()),
                        definition.memorySizeMegabytes()));
    }

    @Override
    public boolean inThisProcess(FunctionDefinition definition, HandlerSource source) {
        return environments.inThisProcess(definition, source);
    }

    @Override
    public void close() {
        environments.close();
    }

    /** Where the attempts of one version count. */
    record Measures(FunctionMeters function, VersionMeters version, VersionUsage usage, int memoryMegabytes) {}

    private record Metered(FunctionEnvironments environments, Measures measures) implements WrappedEnvironments {
        @Override
        public void run(Invocation invocation, Capacity capacity, Caller caller, Consumer<Outcome> whenEnded) {
            MeteredAttempt attempt = new MeteredAttempt(
                    measures, invocation.payload().length, capacity == Capacity.PROVISIONED, caller, whenEnded);
            measures.usage().begun();
            boolean begun = false;
            try {
                environments.run(invocation, capacity, attempt, attempt);
                begun = true;
            } finally {
                if (!begun) {
                    measures.usage().notBegun();
                }
            }
        }

        @Override
        public void close() {
            environments.close();
            measures.usage().retire();
        }
    }
}
