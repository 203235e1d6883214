package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.registry.FunctionAdministrationException.AliasUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.ConcurrencyRefused;
import io.millrace.runtime.registry.FunctionAdministrationException.ConcurrencyRefused.Reason;
import io.millrace.runtime.registry.FunctionAdministrationException.VersionUnknown;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Which provisioned concurrency and reservations fit together (lambda-semantics 4.2). Pure: nothing is stored here. */
public final class ProvisionedRules {
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    private ProvisionedRules() {}

    /**
     * What the account has to give. A function takes its reservation from it, or what it has provisioned where it has
     * no reservation ({@link #claim}).
     *
     * @param unreserved what no function has claimed now
     * @param minimumUnreserved what must always remain; Lambda keeps 100
     */
    public record Budget(int unreserved, int minimumUnreserved) {}

    /**
     * @param qualifier number of a version, or an alias
     * @param environments wanted, at least 1; replaces what the qualifier had
     * @return the function with the configuration; its revision stays
     * @throws VersionUnknown if the qualifier is a number without a version
     * @throws AliasUnknown if the qualifier is a name without an alias
     * @throws ConcurrencyRefused if a rule or the budget forbids it
     */
    public static RegisteredFunction provision(
            RegisteredFunction function, String qualifier, int environments, Budget budget, Instant now) {
        requireQualifier(function, qualifier, environments);
        RegisteredFunction after = function.withPublished(
                function.published().with(new ProvisionedConcurrency(qualifier, environments, now)));
        if (function.reservedConcurrency().isPresent()) {
            int reserved = function.reservedConcurrency().getAsInt();
            require(total(after) <= reserved, function, Reason.PROVISIONED_ABOVE_RESERVED, environments, reserved);
        } else {
            int available = budget.unreserved() + claim(function) - claim(after) + environments;
            require(environments <= available, function, Reason.PROVISIONED_ABOVE_UNRESERVED, environments, available);
            require(
                    available - environments >= budget.minimumUnreserved(),
                    function,
                    Reason.PROVISIONED_BREAKS_MINIMUM,
                    environments,
                    budget.minimumUnreserved());
        }
        return after;
    }

    /** Environments that all versions of the function have provisioned together. */
    public static int total(RegisteredFunction function) {
        return function.published().provisioned().values().stream()
                .mapToInt(ProvisionedConcurrency::requested)
                .sum();
    }

    /** What the function takes from the account's unreserved pool. */
    public static int claim(RegisteredFunction function) {
        return function.reservedConcurrency().orElseGet(() -> total(function));
    }

    /**
     * To be asked before a reservation is set; whether the account can give it is the ledger's to say.
     *
     * @throws ConcurrencyRefused if it is less than what the function has provisioned
     */
    public static void requireReservable(RegisteredFunction function, OptionalInt permits) {
        int total = total(function);
        require(
                permits.isEmpty() || permits.getAsInt() >= total,
                function,
                Reason.RESERVED_BELOW_PROVISIONED,
                permits.orElse(0),
                total);
    }

    /** @throws ConcurrencyRefused if {@code alias} has provisioned concurrency and its new version cannot take it */
    static void requireCanFollow(RegisteredFunction function, Alias alias) {
        function.published().provisioned(alias.name()).ifPresent(config -> {
            String version = alias.functionVersion();
            int environments = config.requested();
            require(!version.equals(FunctionArn.LATEST), function, Reason.UNPUBLISHED, environments, 0);
            requireVersionFree(function, alias, environments);
        });
    }

    private static void requireQualifier(RegisteredFunction function, String qualifier, int environments) {
        require(!qualifier.equals(FunctionArn.LATEST), function, Reason.UNPUBLISHED, environments, 0);
        if (DIGITS.matcher(qualifier).matches()) {
            requireVersion(function, qualifier, environments);
        } else {
            requireAlias(function, qualifier, environments);
        }
    }

    private static void requireVersion(RegisteredFunction function, String number, int environments) {
        if (function.published().version(number).isEmpty()) {
            throw new VersionUnknown(function.name(), number);
        }
        boolean isPointedAt = function.published().aliases().values().stream()
                .filter(alias -> alias.pointsTo(number))
                .anyMatch(
                        alias -> function.published().provisioned(alias.name()).isPresent());
        require(!isPointedAt, function, Reason.ALIAS_IS_PROVISIONED, environments, 0);
    }

    private static void requireAlias(RegisteredFunction function, String name, int environments) {
        Alias alias = function.published().alias(name).orElseThrow(() -> new AliasUnknown(function.name(), name));
        require(!alias.functionVersion().equals(FunctionArn.LATEST), function, Reason.UNPUBLISHED, environments, 0);
        require(alias.routing().isEmpty(), function, Reason.ALIAS_HAS_ROUTING, environments, 0);
        requireVersionFree(function, alias, environments);
    }

    /** One configuration per version: neither its own nor that of another alias may stand beside this alias's. */
    private static void requireVersionFree(RegisteredFunction function, Alias alias, int environments) {
        String version = alias.functionVersion();
        boolean isTaken = function.published().provisioned(version).isPresent()
                || function.published().aliases().values().stream()
                        .filter(other -> !other.name().equals(alias.name()))
                        .filter(other -> other.functionVersion().equals(version))
                        .anyMatch(other ->
                                function.published().provisioned(other.name()).isPresent());
        require(!isTaken, function, Reason.VERSION_IS_PROVISIONED, environments, 0);
    }

    private static void require(boolean fits, RegisteredFunction function, Reason reason, int wanted, int limit) {
        if (!fits) {
            throw new ConcurrencyRefused(function.name(), reason, wanted, limit);
        }
    }
}
