package io.millrace.runtime.metrics;

import io.millrace.core.concurrency.LedgerReading;
import io.millrace.core.concurrency.Usage;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.observe.Meters;

/** Permits and who holds them (lambda-semantics 4.5). */
final class ConcurrencyFamilies {
    private static final String FUNCTION = "function";

    private ConcurrencyFamilies() {}

    static void add(Families families, Meters meters, LedgerReading reading) {
        families.gauge(
                "millrace_concurrent_executions_limit",
                "Attempts of all functions that may run at once.",
                reading.accountLimit());
        families.gauge(
                "millrace_claimed_account_concurrency",
                "Permits that reservations and provisioned concurrency keep, and those in use beside them.",
                (long) reading.claimed() + reading.unreservedRunning());
        families.gauge(
                "millrace_unreserved_concurrent_executions",
                "Attempts of functions without reservation that run on demand.",
                reading.unreservedRunning());
        families.gauge(
                "millrace_unreserved_concurrency_limit",
                "What functions without reservation share on demand.",
                reading.unreservedLimit());
        reading.functions().forEach((name, function) -> add(families, meters, name, function));
    }

    private static void add(Families families, Meters meters, FunctionName name, LedgerReading.OfFunction reading) {
        String label = meters.label(name);
        families.gauge(
                "millrace_concurrent_executions",
                "Attempts that hold a permit now.",
                reading.running(),
                FUNCTION,
                label);
        if (reading.reservation().isPresent()) {
            families.gauge(
                    "millrace_reserved_concurrency",
                    "The function's reservation, where it has one; 0 switches it off.",
                    reading.reservation().getAsInt(),
                    FUNCTION,
                    label);
        }
        if (!label.equals(Meters.OTHERS)) {
            // By their own names, also where attempts share a label: few versions have provisioned concurrency.
            reading.provisioned()
                    .forEach((version, provisioned) ->
                            addProvisioned(families, new String[] {FUNCTION, label, "version", version}, provisioned));
        }
    }

    private static void addProvisioned(Families families, String[] labels, Usage provisioned) {
        families.gauge(
                "millrace_provisioned_concurrency",
                "Provisioned environments that are initialised, busy or not.",
                provisioned.available(),
                labels);
        families.gauge(
                "millrace_provisioned_concurrent_executions",
                "Attempts that run in provisioned environments.",
                provisioned.inUse(),
                labels);
        families.gauge(
                "millrace_provisioned_concurrency_utilization",
                "Provisioned environments in use by those that are initialised, 0 to 1.",
                provisioned.utilisation(),
                labels);
        families.counter(
                "millrace_provisioned_concurrency_spillover_invocations",
                "Attempts that had to run on demand although the version has provisioned concurrency.",
                provisioned.spillOvers(),
                labels);
    }
}
