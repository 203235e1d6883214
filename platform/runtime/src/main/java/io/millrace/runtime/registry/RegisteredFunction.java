package io.millrace.runtime.registry;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * A function as the registry knows it. Immutable: a change is a new record with a new revision.
 *
 * @param code empty for a function that an embedding service brought as an object; such a function is not stored
 * @param reservedConcurrency guarantee and cap of permits; empty shares the unreserved pool
 * @param eventInvokeConfig empty when nobody set one
 * @param revisionId UUID, new with every change of code or configuration
 */
public record RegisteredFunction(
        FunctionName name,
        FunctionConfiguration configuration,
        Optional<CodeReference> code,
        OptionalInt reservedConcurrency,
        Optional<EventInvokeConfig> eventInvokeConfig,
        String revisionId,
        Instant lastModified,
        Instant created) {

    /** A function that did not exist before. */
    public static RegisteredFunction created(
            FunctionName name, FunctionConfiguration configuration, Optional<CodeReference> code, Instant now) {
        return new RegisteredFunction(
                name, configuration, code, OptionalInt.empty(), Optional.empty(), newRevision(), now, now);
    }

    /** What the platform must know to run it. */
    public FunctionDefinition definition(AsyncInvokeConfig asyncDefaults) {
        return new FunctionDefinition(
                name,
                configuration.handler(),
                configuration.timeout(),
                configuration.memorySizeMegabytes(),
                reservedConcurrency,
                eventInvokeConfig.map(config -> config.over(asyncDefaults)).orElse(asyncDefaults),
                configuration.environment());
    }

    public RegisteredFunction withConfiguration(FunctionConfiguration newConfiguration, Instant now) {
        return new RegisteredFunction(
                name, newConfiguration, code, reservedConcurrency, eventInvokeConfig, newRevision(), now, created);
    }

    public RegisteredFunction withCode(CodeReference newCode, Instant now) {
        return new RegisteredFunction(
                name,
                configuration,
                Optional.of(newCode),
                reservedConcurrency,
                eventInvokeConfig,
                newRevision(),
                now,
                created);
    }

    /** Neither this nor the event invoke config is part of the function's configuration, so its revision stays. */
    public RegisteredFunction withReservedConcurrency(OptionalInt permits) {
        return new RegisteredFunction(
                name, configuration, code, permits, eventInvokeConfig, revisionId, lastModified, created);
    }

    public RegisteredFunction withEventInvokeConfig(Optional<EventInvokeConfig> config) {
        return new RegisteredFunction(
                name, configuration, code, reservedConcurrency, config, revisionId, lastModified, created);
    }

    private static String newRevision() {
        return UUID.randomUUID().toString();
    }
}
