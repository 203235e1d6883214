package io.millrace.runtime.dispatch;

import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import java.util.Map;
import java.util.Optional;

/**
 * Everything an invocation of a function may run. Immutable and replaced as a whole, so each invocation sees one state of
 * the function and no mixture.
 *
 * @param latest what runs without a qualifier
 * @param published by number
 * @param aliases by name
 * @param async how asynchronous invocations of each of them are retried
 */
public record DeployedFunction(
        DeployedVersion latest,
        Map<String, DeployedVersion> published,
        Map<String, AliasTarget> aliases,
        AsyncInvokeConfigs async) {

    public DeployedFunction {
        published = Map.copyOf(published);
        aliases = Map.copyOf(aliases);
    }

    /**
     * Where an alias leads.
     *
     * @param version {@code $LATEST} or a number
     * @param additional another number that gets a share of the invocations
     * @param weight that share, 0.0 to 1.0
     */
    public record AliasTarget(String version, Optional<String> additional, double weight) {
        String drawn(double draw) {
            return draw < weight ? additional.orElse(version) : version;
        }
    }

    public static DeployedFunction of(DeployedVersion latest) {
        return new DeployedFunction(
                latest,
                Map.of(),
                Map.of(),
                AsyncInvokeConfigs.same(latest.definition().async()));
    }

    public FunctionName name() {
        return latest.definition().name();
    }

    /** That of {@code $LATEST}. */
    public FunctionDefinition definition() {
        return latest.definition();
    }

    /** Whether every invocation runs the same version. */
    boolean isOneVersion() {
        return published.isEmpty();
    }

    /**
     * The version an invocation runs; empty if there is none of that name. Each invocation draws for itself
     * (lambda-semantics 6.4).
     *
     * @param draw evenly from 0.0 to 1.0; the same draw leads to the same version of the same alias
     */
    public Optional<DeployedVersion> resolve(Optional<String> qualifier, double draw) {
        if (qualifier.isEmpty()) {
            return Optional.of(latest);
        }
        AliasTarget alias = aliases.get(qualifier.get());
        return version(alias == null ? qualifier.get() : alias.drawn(draw));
    }

    private Optional<DeployedVersion> version(String version) {
        return version.equals(FunctionArn.LATEST) ? Optional.of(latest) : Optional.ofNullable(published.get(version));
    }
}
