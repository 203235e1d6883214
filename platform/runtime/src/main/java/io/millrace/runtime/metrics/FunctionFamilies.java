package io.millrace.runtime.metrics;

import io.millrace.core.retry.GiveUpCondition;
import io.millrace.runtime.observe.FunctionMeters;
import io.millrace.runtime.observe.ShadowResult;
import java.util.Arrays;

/** What the attempts and the events of functions came to since the server began (docs/metrics.md). */
final class FunctionFamilies {
    private static final String FUNCTION = "function";

    private FunctionFamilies() {}

    static void add(Families families, FunctionMeters meters) {
        String function = meters.label();
        addVersions(families, meters);
        if (meters.extensions().sumSeconds() > 0) { // Few have any.
            families.histogram(
                    "millrace_post_runtime_extensions_duration_seconds",
                    "How long extensions went on after the handler.",
                    meters.extensions(),
                    FUNCTION,
                    function);
        }
        families.histogram(
                "millrace_async_event_age_seconds",
                "How old events were when an attempt at them started.",
                meters.eventAges(),
                FUNCTION,
                function);
        addEvents(families, meters);
        addShadow(families, meters);
        if (meters.keysMissing() > 0) {
            families.counter(
                    "millrace_idempotency_keys_missing",
                    "Invocations without an idempotency key where their function says that one is.",
                    meters.keysMissing(),
                    FUNCTION,
                    function);
        }
    }

    /** Of functions that have, or had, one: nearly none do. */
    private static void addShadow(Families families, FunctionMeters meters) {
        ShadowResult[] all = ShadowResult.values();
        if (Arrays.stream(all).allMatch(result -> meters.shadowedEvents(result) == 0)) {
            return;
        }
        for (ShadowResult result : all) {
            families.counter(
                    "millrace_shadow_events",
                    "Events that another version was to run too, by what came of both.",
                    meters.shadowedEvents(result),
                    FUNCTION,
                    meters.label(),
                    "result",
                    result.label());
        }
    }

    private static void addVersions(Families families, FunctionMeters meters) {
        meters.versions().forEach((version, counts) -> {
            String[] labels = {FUNCTION, meters.label(), "version", version};
            families.counter(
                    "millrace_invocations",
                    "Attempts that ran, of events and of calls; failed ones too.",
                    counts.invocations(),
                    labels);
            families.counter(
                    "millrace_errors",
                    "Attempts that ended with an error of the function, of its runtime, or with its timeout.",
                    counts.errors(),
                    labels);
            families.counter(
                    "millrace_cold_starts",
                    "Attempts that waited for their environment to be initialised.",
                    counts.coldStarts(),
                    labels);
            families.counter(
                    "millrace_provisioned_concurrency_invocations",
                    "Attempts that ran in provisioned environments.",
                    counts.provisionedInvocations(),
                    labels);
            families.histogram(
                    "millrace_duration_seconds",
                    "How long handlers ran, without initialisation.",
                    counts.durations(),
                    labels);
            families.histogram(
                    "millrace_init_duration_seconds",
                    "How long environments took to be initialised for an attempt that waited for it.",
                    counts.initialisations(),
                    labels);
        });
    }

    private static void addEvents(Families families, FunctionMeters meters) {
        String function = meters.label();
        String throttles = "Calls refused, and events that had to wait, because there was no permit.";
        families.counter(
                "millrace_throttles",
                throttles,
                meters.throttledCalls(),
                FUNCTION,
                function,
                "type",
                "RequestResponse");
        families.counter(
                "millrace_throttles", throttles, meters.throttledEvents(), FUNCTION, function, "type", "Event");
        for (GiveUpCondition condition : GiveUpCondition.values()) {
            families.counter(
                    "millrace_async_events_dropped",
                    "Events given up, and dead-lettered, by reason.",
                    meters.droppedEvents(condition),
                    FUNCTION,
                    function,
                    "reason",
                    condition.wireName());
        }
        families.counter(
                "millrace_recursive_invocations_dropped",
                "Events given up and calls refused because the function ran too often in their chain.",
                meters.droppedEvents(GiveUpCondition.RECURSIVE_INVOCATION) + meters.recursiveCalls(),
                FUNCTION,
                function);
        families.counter(
                "millrace_dead_letter_errors",
                "Times a dead letter could not be written; it is tried again.",
                meters.deadLetterErrors(),
                FUNCTION,
                function);
        families.counter(
                "millrace_destination_delivery_failures",
                "Records of outcomes that their destination did not take.",
                meters.destinationFailures(),
                FUNCTION,
                function);
        families.counter(
                "millrace_redeliveries",
                "Events taken from the queue that had an attempt before.",
                meters.redeliveries(),
                FUNCTION,
                function);
    }
}
