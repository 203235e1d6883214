package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.registry.FunctionAdministrationException.AliasExists;
import io.millrace.runtime.registry.FunctionAdministrationException.AliasUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.ConcurrencyRefused;
import io.millrace.runtime.registry.FunctionAdministrationException.RevisionMismatch;
import io.millrace.runtime.registry.FunctionAdministrationException.RoutingRefused;
import io.millrace.runtime.registry.FunctionAdministrationException.VersionUnknown;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What aliases may be (lambda-semantics 6.4). Pure: nothing is stored here. */
public final class AliasRules {
    private AliasRules() {}

    /**
     * @return the function with the alias; its own revision stays
     * @throws VersionUnknown if a version it points to does not exist
     * @throws AliasExists if there is one of that name
     * @throws RoutingRefused if its two versions cannot share
     */
    public static RegisteredFunction create(RegisteredFunction function, Alias alias) {
        requireVersion(function, alias.functionVersion());
        if (function.published().alias(alias.name()).isPresent()) {
            throw new AliasExists(function.name(), alias.name());
        }
        requireRouting(function, alias);
        return function.withPublished(function.published().with(alias));
    }

    /**
     * @param change applied to the alias as it is; name and revision of what it returns are not looked at
     * @return the function with the changed alias under a new revision; the function's own revision stays
     * @throws AliasUnknown if there is none of that name
     * @throws RevisionMismatch if the alias has another revision than expected
     * @throws VersionUnknown if a version it now points to does not exist
     * @throws RoutingRefused if its two versions cannot share
     * @throws ConcurrencyRefused if its provisioned concurrency cannot follow it to the version
     */
    public static RegisteredFunction update(
            RegisteredFunction function, String name, UnaryOperator<Alias> change, Optional<String> expectedRevision) {
        Alias before = function.published().alias(name).orElseThrow(() -> new AliasUnknown(function.name(), name));
        if (expectedRevision.isPresent() && !expectedRevision.get().equals(before.revisionId())) {
            throw new RevisionMismatch(function.name(), expectedRevision.get(), before.revisionId());
        }
        Alias wanted = change.apply(before);
        Alias after = new Alias(
                name,
                wanted.functionVersion(),
                wanted.description(),
                wanted.routing(),
                RegisteredFunction.newRevision());
        requireVersion(function, after.functionVersion());
        requireRouting(function, after);
        ProvisionedRules.requireCanFollow(function, after);
        return function.withPublished(function.published().with(after));
    }

    /** Takes an alias away, and its provisioned concurrency and its event invoke config with it. One that does not exist changes nothing. */
    public static RegisteredFunction delete(RegisteredFunction function, String name) {
        return function.withPublished(function.published().withoutAlias(name).withoutProvisioned(name))
                .withoutEventInvokeConfig(name);
    }

    private static void requireVersion(RegisteredFunction function, String version) {
        boolean exists = version.equals(FunctionArn.LATEST)
                || function.published().version(version).isPresent();
        if (!exists) {
            throw new VersionUnknown(function.name(), version);
        }
    }

    private static void requireRouting(RegisteredFunction function, Alias alias) {
        if (alias.routing().isEmpty()) {
            return;
        }
        String additional = alias.routing().get().additionalVersion();
        if (additional.equals(alias.functionVersion())) {
            throw new RoutingRefused(function.name(), RoutingRefused.Rule.SAME_VERSION, additional);
        }
        if (alias.pointsTo(FunctionArn.LATEST)) {
            throw new RoutingRefused(function.name(), RoutingRefused.Rule.LATEST, additional);
        }
        requireVersion(function, additional);
        if (!role(function, additional).equals(role(function, alias.functionVersion()))) {
            throw new RoutingRefused(function.name(), RoutingRefused.Rule.OTHER_ROLE, additional);
        }
    }

    private static Optional<String> role(RegisteredFunction function, String version) {
        return function.published()
                .version(version)
                .flatMap(published -> published.configuration().role());
    }
}
