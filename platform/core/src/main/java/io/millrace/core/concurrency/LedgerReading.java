package io.millrace.core.concurrency;

import io.millrace.core.function.FunctionName;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What runs and what may run at one instant (lambda-semantics 4.5).
 *
 * @param accountLimit attempts of all functions that may run at once
 * @param running attempts of all functions
 * @param claimed permits that reservations, and provisioned concurrency without one, keep from all others
 * @param unreservedLimit what functions without reservation share on demand
 * @param unreservedRunning attempts that take from it
 */
public record LedgerReading(
        int accountLimit,
        int running,
        int claimed,
        int unreservedLimit,
        int unreservedRunning,
        Map<FunctionName, OfFunction> functions) {

    public LedgerReading {
        functions = Map.copyOf(functions);
    }

    /**
     * One function.
     *
     * @param running attempts of all its versions
     * @param reservation empty if it has none
     * @param provisioned of its versions that have provisioned concurrency, by their names
     */
    public record OfFunction(int running, OptionalInt reservation, Map<String, Usage> provisioned) {
        public OfFunction {
            provisioned = Map.copyOf(provisioned);
        }
    }
}
