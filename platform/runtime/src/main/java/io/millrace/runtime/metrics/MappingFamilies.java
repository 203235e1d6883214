package io.millrace.runtime.metrics;

import io.millrace.runtime.mapping.EventSourceMapping;
import io.millrace.runtime.mapping.MappingCounts;
import io.millrace.runtime.mapping.MappingState;
import io.millrace.runtime.mapping.MappingStats;
import io.millrace.runtime.observe.Meters;
import java.util.List;

/** What became of the events of event source mappings (lambda-semantics 4.5). */
final class MappingFamilies {
    private MappingFamilies() {}

    /** Of the mappings of functions that have a label of their own. */
    static void add(Families families, Meters meters, List<MappingStats> stats) {
        for (MappingStats each : stats) {
            String function = meters.label(each.mapping().settings().function().function());
            if (!function.equals(Meters.OTHERS)) {
                add(families, each, function);
            }
        }
    }

    private static void add(Families families, MappingStats stats, String function) {
        EventSourceMapping mapping = stats.mapping();
        String[] labels = {"function", function, "mapping", mapping.uuid()};
        MappingCounts.Snapshot counts = stats.counts();
        families.gauge(
                "millrace_mapping_enabled",
                "1 while the mapping is polled.",
                mapping.state() == MappingState.ENABLED ? 1 : 0,
                labels);
        families.counter("millrace_mapping_polled_events", "Events taken from the source.", counts.polled(), labels);
        families.counter(
                "millrace_mapping_filtered_out_events", "Events that matched no filter.", counts.filteredOut(), labels);
        families.counter("millrace_mapping_invoked_events", "Events handed to the function.", counts.invoked(), labels);
        families.counter(
                "millrace_mapping_failed_invoke_events",
                "Events whose batch failed, or that the function said had failed.",
                counts.failedInvoke(),
                labels);
        families.counter(
                "millrace_mapping_done_events",
                "Events deleted from a queue, or committed in a partition.",
                counts.done(),
                labels);
        families.counter(
                "millrace_mapping_on_failure_destination_delivered_events",
                "Events given up, and told to the mapping's destination.",
                counts.onFailureDelivered(),
                labels);
        families.counter(
                "millrace_mapping_dropped_events", "Events given up, and told to nobody.", counts.dropped(), labels);
        stats.backlog()
                .ifPresent(messages -> families.gauge(
                        "millrace_mapping_backlog_messages",
                        "Messages in the queue that the mapping polls, those that run too.",
                        messages,
                        labels));
        counts.lag()
                .ifPresent(records -> families.gauge(
                        "millrace_offset_lag_records",
                        "Records behind the last one that was committed, of the partition that has most.",
                        records,
                        labels));
        counts.age()
                .ifPresent(age -> families.gauge(
                        "millrace_iterator_age_seconds",
                        "How long the newest record of the oldest batch in hand has been at its source.",
                        age.toMillis() / 1e3,
                        labels));
    }
}
