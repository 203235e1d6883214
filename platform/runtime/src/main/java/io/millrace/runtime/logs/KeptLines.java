package io.millrace.runtime.logs;

import io.millrace.core.function.FunctionName;

/** Where functions have their lines kept. Thread-safe. */
@FunctionalInterface
public interface KeptLines {
    /** Keeps nothing. */
    KeptLines NONE = (function, version, environment) -> EnvironmentLines.NOWHERE;

    /**
     * Where an environment's lines go; {@link EnvironmentLines#NOWHERE} if none are kept.
     *
     * @param version {@code $LATEST} or a number
     * @param environment tells it from the others of its function
     */
    EnvironmentLines of(FunctionName function, String version, String environment);
}
