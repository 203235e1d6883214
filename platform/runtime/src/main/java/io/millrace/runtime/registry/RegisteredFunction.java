package io.millrace.runtime.registry;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionArn;
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
 * @param published its versions, aliases and provisioned concurrency
 * @param revisionId UUID, new with every change of code or configuration
 */
public record RegisteredFunction(
        FunctionName name,
        FunctionConfiguration configuration,
        Optional<CodeReference> code,
        OptionalInt reservedConcurrency,
        Optional<EventInvokeConfig> eventInvokeConfig,
        Publications published,
        String revisionId,
        Instant lastModified,
        Instant created) {

    /** A function that did not exist before. */
    public static RegisteredFunction created(
            FunctionName name, FunctionConfiguration configuration, Optional<CodeReference> code, Instant now) {
        return new RegisteredFunction(
                name,
                configuration,
                code,
                OptionalInt.empty(),
                Optional.empty(),
                Publications.NONE,
                newRevision(),
                now,
                now);
    }

    /** What the platform must know to run {@code $LATEST}. */
    public FunctionDefinition definition(AsyncInvokeConfig asyncDefaults) {
        return definition(configuration, FunctionArn.LATEST, asyncDefaults);
    }

    /** What the platform must know to run a published version. */
    public FunctionDefinition definition(PublishedVersion version, AsyncInvokeConfig asyncDefaults) {
        return definition(version.configuration(), version.qualifier(), asyncDefaults);
    }

    private FunctionDefinition definition(
            FunctionConfiguration wanted, String version, AsyncInvokeConfig asyncDefaults) {
        return new FunctionDefinition(
                name,
                version,
                wanted.runtime(),
                wanted.handler(),
                wanted.timeout(),
                wanted.memorySizeMegabytes(),
                wanted.ephemeralStorageMegabytes(),
                reservedConcurrency,
                eventInvokeConfig.map(config -> config.over(asyncDefaults)).orElse(asyncDefaults),
                wanted.environment());
    }

    public RegisteredFunction withConfiguration(FunctionConfiguration newConfiguration, Instant now) {
        return new RegisteredFunction(
                name,
                newConfiguration,
                code,
                reservedConcurrency,
                eventInvokeConfig,
                published,
                newRevision(),
                now,
                created);
    }

    public RegisteredFunction withCode(CodeReference newCode, Instant now) {
        return new RegisteredFunction(
                name,
                configuration,
                Optional.of(newCode),
                reservedConcurrency,
                eventInvokeConfig,
                published,
                newRevision(),
                now,
                created);
    }

    /** Neither this nor the event invoke config is part of the function's configuration, so its revision stays. */
    public RegisteredFunction withReservedConcurrency(OptionalInt permits) {
        return new RegisteredFunction(
                name, configuration, code, permits, eventInvokeConfig, published, revisionId, lastModified, created);
    }

    public RegisteredFunction withEventInvokeConfig(Optional<EventInvokeConfig> config) {
        return new RegisteredFunction(
                name, configuration, code, reservedConcurrency, config, published, revisionId, lastModified, created);
    }

    /** Aliases and provisioned concurrency leave the function's revision as it is. */
    public RegisteredFunction withPublished(Publications now) {
        return new RegisteredFunction(
                name,
                configuration,
                code,
                reservedConcurrency,
                eventInvokeConfig,
                now,
                revisionId,
                lastModified,
                created);
    }

    /** Publishing gives {@code $LATEST} a new revision (lambda-semantics 6.2). */
    public RegisteredFunction withNewRevision() {
        return new RegisteredFunction(
                name,
                configuration,
                code,
                reservedConcurrency,
                eventInvokeConfig,
                published,
                newRevision(),
                lastModified,
                created);
    }

    /**
     * What a change of a policy does to what the policy is of (lambda-semantics 6.2).
     *
     * @param qualifier {@code $LATEST}, a version or an alias; one that does not exist changes nothing
     */
    public RegisteredFunction withNewRevision(String qualifier) {
        if (qualifier.equals(FunctionArn.LATEST)) {
            return withNewRevision();
        }
        Optional<Alias> alias = published.alias(qualifier);
        if (alias.isPresent()) {
            return withPublished(published.with(alias.get().withRevision(newRevision())));
        }
        return published
                .version(qualifier)
                .map(version -> withPublished(published.with(version.withRevision(newRevision()))))
                .orElse(this);
    }

    /** Of {@code $LATEST}, a version or an alias; empty where there is none of the name. */
    public Optional<String> revisionOf(String qualifier) {
        return qualifier.equals(FunctionArn.LATEST)
                ? Optional.of(revisionId)
                : published.alias(qualifier).map(Alias::revisionId).or(() -> published
                        .version(qualifier)
                        .map(PublishedVersion::revisionId));
    }

    /** A UUID in text. */
    public static String newRevision() {
        return UUID.randomUUID().toString();
    }
}
