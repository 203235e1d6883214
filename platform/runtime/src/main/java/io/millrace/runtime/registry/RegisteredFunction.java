package io.millrace.runtime.registry;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A function as the registry knows it. Immutable: a change is a new record with a new revision.
 *
 * @param code empty for a function that an embedding service brought as an object; such a function is not stored
 * @param reservedConcurrency guarantee and cap of permits; empty shares the unreserved pool
 * @param eventInvokeConfigs by qualifier, where somebody set one
 * @param published its versions, aliases and provisioned concurrency
 * @param revisionId UUID, new with every change of code or configuration, and again when that is done
 */
public record RegisteredFunction(
        FunctionName name,
        FunctionConfiguration configuration,
        Optional<CodeReference> code,
        OptionalInt reservedConcurrency,
        SortedMap<String, EventInvokeConfig> eventInvokeConfigs,
        Publications published,
        String revisionId,
        Instant lastModified,
        Instant created,
        FunctionState state) {

    public RegisteredFunction {
        eventInvokeConfigs = Collections.unmodifiableSortedMap(new TreeMap<>(eventInvokeConfigs));
    }

    /** A function that did not exist before. */
    public static RegisteredFunction created(
            FunctionName name, FunctionConfiguration configuration, Optional<CodeReference> code, Instant now) {
        return new RegisteredFunction(
                name,
                configuration,
                code,
                OptionalInt.empty(),
                new TreeMap<>(),
                Publications.NONE,
                newRevision(),
                now,
                now,
                FunctionState.ACTIVE);
    }

    /** Empty when that very qualifier has none; an alias's is not its version's. */
    public Optional<EventInvokeConfig> eventInvokeConfig(String qualifier) {
        return Optional.ofNullable(eventInvokeConfigs.get(qualifier));
    }

    /** How asynchronous invocations of every version and alias are treated. */
    public AsyncInvokeConfigs asyncConfigs(AsyncInvokeConfig defaults) {
        Map<String, AsyncInvokeConfig> named = new HashMap<>();
        published.versions().values().forEach(version -> {
            named.put(version.qualifier(), asyncConfig(version.qualifier(), defaults));
        });
        published.aliases().keySet().forEach(alias -> named.put(alias, asyncConfig(alias, defaults)));
        return new AsyncInvokeConfigs(asyncConfig(FunctionArn.LATEST, defaults), named, defaults);
    }

    private AsyncInvokeConfig asyncConfig(String qualifier, AsyncInvokeConfig defaults) {
        return eventInvokeConfig(qualifier).map(config -> config.over(defaults)).orElse(defaults);
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
                asyncConfig(version, asyncDefaults),
                wanted.environment());
    }

    public RegisteredFunction withConfiguration(FunctionConfiguration newConfiguration, Instant now) {
        return new RegisteredFunction(
                name,
                newConfiguration,
                code,
                reservedConcurrency,
                eventInvokeConfigs,
                published,
                newRevision(),
                now,
                created,
                state);
    }

    /** @param architecture empty leaves it as it is */
    public RegisteredFunction withCode(CodeReference newCode, Optional<String> architecture, Instant now) {
        RegisteredFunction changed = withCode(newCode, now);
        return architecture
                .map(other -> changed.withConfiguration(configuration.withArchitecture(other), now))
                .orElse(changed);
    }

    public RegisteredFunction withCode(CodeReference newCode, Instant now) {
        return new RegisteredFunction(
                name,
                configuration,
                Optional.of(newCode),
                reservedConcurrency,
                eventInvokeConfigs,
                published,
                newRevision(),
                now,
                created,
                state);
    }

    /** Neither this nor an event invoke config is part of the function's configuration, so its revision stays. */
    public RegisteredFunction withReservedConcurrency(OptionalInt permits) {
        return new RegisteredFunction(
                name,
                configuration,
                code,
                permits,
                eventInvokeConfigs,
                published,
                revisionId,
                lastModified,
                created,
                state);
    }

    /** Adds or replaces that of its qualifier. */
    public RegisteredFunction with(EventInvokeConfig config) {
        return withEventInvokeConfigs(configs -> configs.put(config.qualifier(), config));
    }

    public RegisteredFunction withoutEventInvokeConfig(String qualifier) {
        return withEventInvokeConfigs(configs -> configs.remove(qualifier));
    }

    private RegisteredFunction withEventInvokeConfigs(Consumer<SortedMap<String, EventInvokeConfig>> change) {
        SortedMap<String, EventInvokeConfig> changed = new TreeMap<>(eventInvokeConfigs);
        change.accept(changed);
        return new RegisteredFunction(
                name,
                configuration,
                code,
                reservedConcurrency,
                changed,
                published,
                revisionId,
                lastModified,
                created,
                state);
    }

    /** Aliases and provisioned concurrency leave the function's revision as it is. */
    public RegisteredFunction withPublished(Publications now) {
        return new RegisteredFunction(
                name,
                configuration,
                code,
                reservedConcurrency,
                eventInvokeConfigs,
                now,
                revisionId,
                lastModified,
                created,
                state);
    }

    /** Publishing gives {@code $LATEST} a new revision (lambda-semantics 6.2). */
    public RegisteredFunction withNewRevision() {
        return withRevision(newRevision());
    }

    /** For what is shown without being so. */
    public RegisteredFunction withRevision(String revision) {
        return new RegisteredFunction(
                name,
                configuration,
                code,
                reservedConcurrency,
                eventInvokeConfigs,
                published,
                revision,
                lastModified,
                created,
                state);
    }

    /** Its revision stays. */
    public RegisteredFunction withState(FunctionState now) {
        return new RegisteredFunction(
                name,
                configuration,
                code,
                reservedConcurrency,
                eventInvokeConfigs,
                published,
                revisionId,
                lastModified,
                created,
                now);
    }

    /** The end of a change gives {@code $LATEST} a new revision, too (lambda-semantics 6.2). */
    public RegisteredFunction settled(FunctionState now) {
        return withState(now).withNewRevision();
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
