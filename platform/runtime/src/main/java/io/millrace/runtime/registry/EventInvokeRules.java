package io.millrace.runtime.registry;

import io.millrace.runtime.registry.FunctionAdministrationException.AliasUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.VersionUnknown;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Who can have an event invoke config (lambda-semantics 2.3). Pure: nothing is stored here. */
public final class EventInvokeRules {
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    private EventInvokeRules() {}

    /**
     * @param qualifier {@code $LATEST}, a version or an alias
     * @param change from the config there is to that which shall be; empty is none
     * @return the function with that; its revision stays
     * @throws VersionUnknown if the qualifier is a number without a version
     * @throws AliasUnknown if the qualifier is a name without an alias
     */
    public static RegisteredFunction configure(
            RegisteredFunction function, String qualifier, UnaryOperator<Optional<EventInvokeConfig>> change) {
        if (!function.published().exists(qualifier)) {
            throw DIGITS.matcher(qualifier).matches()
                    ? new VersionUnknown(function.name(), qualifier)
                    : new AliasUnknown(function.name(), qualifier);
        }
        return change.apply(function.eventInvokeConfig(qualifier))
                .map(function::with)
                .orElseGet(() -> function.withoutEventInvokeConfig(qualifier));
    }
}
