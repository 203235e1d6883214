package io.millrace.runtime.dispatch;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.environment.FunctionEnvironments;

/** One version of a function, ready to run. */
public record DeployedVersion(FunctionDefinition definition, FunctionEnvironments environments) {

    /** {@code $LATEST} or a number. */
    public String version() {
        return definition.version();
    }
}
