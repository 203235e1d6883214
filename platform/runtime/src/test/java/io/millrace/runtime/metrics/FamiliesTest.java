package io.millrace.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.concurrency.LedgerReading;
import io.millrace.core.concurrency.Usage;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.retry.GiveUpCondition;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.accounting.FunctionReading;
import io.millrace.runtime.mapping.EventSourceMapping;
import io.millrace.runtime.mapping.MappingCounts;
import io.millrace.runtime.mapping.MappingSettings;
import io.millrace.runtime.mapping.MappingState;
import io.millrace.runtime.mapping.MappingStats;
import io.millrace.runtime.mapping.StreamSettings;
import io.millrace.runtime.observe.FunctionMeters;
import io.millrace.runtime.observe.Meters;
import io.millrace.runtime.observe.ShadowResult;
import io.millrace.runtime.observe.VersionMeters;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Each number under its own name: all are different, so that two that are exchanged are seen. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FamiliesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final FunctionName ORDERS = new FunctionName("orders");

    private final Meters meters = Meters.of(10);
    private final FunctionMeters orders = meters.function(ORDERS);
    private final Families families = new Families();

    private static void times(int times, Runnable count) {
        for (int i = 0; i < times; i++) {
            count.run();
        }
    }

    private static long seconds(int seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }

    @Test
    void what_attempts_and_events_came_to() {
        // Given
        times(2, () -> orders.throttled(InvocationType.REQUEST_RESPONSE));
        times(3, () -> orders.throttled(InvocationType.EVENT));
        int drops = 10;
        for (GiveUpCondition condition : GiveUpCondition.values()) {
            times(drops++, () -> orders.dropped(condition));
        }
        int shadows = 20;
        for (ShadowResult result : ShadowResult.values()) {
            times(shadows++, () -> orders.shadowed(result));
        }
        times(30, orders::refusedRecursiveCall);
        times(31, orders::deadLetterFailed);
        times(32, orders::destinationFailed);
        times(33, orders::redelivered);
        times(34, () -> orders.extensionsRan(seconds(2)));
        times(35, () -> orders.eventStarts(3_000));
        // When
        FunctionFamilies.add(families, orders);
        // Then
        Map<String, Double> shown = Shown.values(families);
        assertThat(shown)
                .containsEntry("millrace_throttles{function=orders,type=RequestResponse}", 2.0)
                .containsEntry("millrace_throttles{function=orders,type=Event}", 3.0)
                .containsEntry("millrace_dead_letter_errors{function=orders}", 31.0)
                .containsEntry("millrace_destination_delivery_failures{function=orders}", 32.0)
                .containsEntry("millrace_redeliveries{function=orders}", 33.0)
                .containsEntry("millrace_post_runtime_extensions_duration_seconds_count{function=orders}", 34.0)
                .containsEntry("millrace_post_runtime_extensions_duration_seconds_sum{function=orders}", 68.0)
                .containsEntry("millrace_async_event_age_seconds_count{function=orders}", 35.0)
                .containsEntry("millrace_async_event_age_seconds_sum{function=orders}", 105.0);
        drops = 10;
        for (GiveUpCondition condition : GiveUpCondition.values()) {
            String series = "millrace_async_events_dropped{function=orders,reason=" + condition.wireName() + "}";
            assertThat(shown).containsEntry(series, (double) drops++);
        }
        shadows = 20;
        for (ShadowResult result : ShadowResult.values()) {
            String series = "millrace_shadow_events{function=orders,result=" + result.label() + "}";
            assertThat(shown).containsEntry(series, (double) shadows++);
        }
        double recursive = 30 + 10 + List.of(GiveUpCondition.values()).indexOf(GiveUpCondition.RECURSIVE_INVOCATION);
        assertThat(shown).containsEntry("millrace_recursive_invocations_dropped{function=orders}", recursive);
    }

    @Test
    void what_attempts_of_each_version_came_to() {
        // Given
        VersionMeters one = orders.version("1");
        times(2, () -> one.ended(false));
        times(3, () -> one.ended(true));
        times(4, () -> one.coldStart(seconds(3)));
        times(6, one::ranProvisioned);
        times(7, () -> one.ran(seconds(2)));
        VersionMeters canary = orders.version("2");
        times(1, () -> canary.ran(seconds(9)));
        // When
        FunctionFamilies.add(families, orders);
        // Then
        assertThat(Shown.values(families))
                .containsEntry("millrace_invocations{function=orders,version=1}", 5.0)
                .containsEntry("millrace_errors{function=orders,version=1}", 3.0)
                .containsEntry("millrace_cold_starts{function=orders,version=1}", 4.0)
                .containsEntry("millrace_init_duration_seconds_count{function=orders,version=1}", 4.0)
                .containsEntry("millrace_init_duration_seconds_sum{function=orders,version=1}", 12.0)
                .containsEntry("millrace_provisioned_concurrency_invocations{function=orders,version=1}", 6.0)
                .containsEntry("millrace_duration_seconds_count{function=orders,version=1}", 7.0)
                .containsEntry("millrace_duration_seconds_sum{function=orders,version=1}", 14.0)
                .containsEntry("millrace_duration_seconds_count{function=orders,version=2}", 1.0)
                .containsEntry("millrace_duration_seconds_sum{function=orders,version=2}", 9.0);
    }

    @Test
    void who_holds_permits() {
        // Given
        orders.version("1");
        orders.version("2");
        LedgerReading.OfFunction reading = new LedgerReading.OfFunction(
                13, OptionalInt.of(17), Map.of("1", new Usage(11, 8, 8, 5), "2", new Usage(12, 10, 0, 6)));
        // When
        ConcurrencyFamilies.add(families, meters, new LedgerReading(100, 41, 30, 70, 7, Map.of(ORDERS, reading)));
        // Then
        assertThat(Shown.values(families))
                .containsEntry("millrace_concurrent_executions_limit{}", 100.0)
                .containsEntry("millrace_claimed_account_concurrency{}", 37.0)
                .containsEntry("millrace_unreserved_concurrency_limit{}", 70.0)
                .containsEntry("millrace_unreserved_concurrent_executions{}", 7.0)
                .containsEntry("millrace_concurrent_executions{function=orders}", 13.0)
                .containsEntry("millrace_reserved_concurrency{function=orders}", 17.0)
                .containsEntry("millrace_provisioned_concurrency{function=orders,version=1}", 8.0)
                .containsEntry("millrace_provisioned_concurrent_executions{function=orders,version=1}", 8.0)
                .containsEntry("millrace_provisioned_concurrency_utilization{function=orders,version=1}", 1.0)
                .containsEntry("millrace_provisioned_concurrency_spillover_invocations{function=orders,version=1}", 5.0)
                .containsEntry("millrace_provisioned_concurrency{function=orders,version=2}", 10.0)
                .containsEntry("millrace_provisioned_concurrent_executions{function=orders,version=2}", 0.0)
                .containsEntry("millrace_provisioned_concurrency_utilization{function=orders,version=2}", 0.0)
                .containsEntry(
                        "millrace_provisioned_concurrency_spillover_invocations{function=orders,version=2}", 6.0);
    }

    @Test
    void where_events_are() {
        // Given
        FunctionAccount account = new FunctionAccount(91, 11, 12, 13, 14, 15, 16);
        FunctionReading reading = new FunctionReading(account, 21, 22, 1, 23, Optional.of(NOW.minusSeconds(24)));
        // When
        new QueueFamilies(meters)
                .add(families, new QueueFamilies.Look(Map.of(ORDERS, reading), Map.of(), Map.of()), NOW);
        // Then
        assertThat(Shown.values(families))
                .containsEntry("millrace_events{function=orders,state=waiting}", 11.0)
                .containsEntry("millrace_events{function=orders,state=delayed}", 12.0)
                .containsEntry("millrace_events{function=orders,state=running}", 13.0)
                .containsEntry("millrace_events_succeeded{function=orders}", 14.0)
                .containsEntry("millrace_events{function=orders,state=dead-lettered}", 15.0)
                .containsEntry("millrace_events{function=orders,state=expired}", 16.0)
                .containsEntry("millrace_async_events_received{function=orders}", 21.0)
                .containsEntry("millrace_oldest_event_age_seconds{function=orders}", 24.0);
    }

    @Test
    void what_became_of_the_events_of_a_mapping() {
        // Given
        MappingSettings settings = new MappingSettings(
                FunctionArn.of("us-east-1", "000000000000", ORDERS),
                10,
                Duration.ZERO,
                OptionalInt.empty(),
                false,
                List.of(),
                StreamSettings.DEFAULTS);
        EventSourceMapping mapping = new EventSourceMapping(
                "m",
                SourceDescription.ofArn("arn:aws:kinesis:us-east-1:000000000000:stream/s"),
                settings,
                true,
                MappingState.ENABLED,
                NOW);
        MappingCounts.Snapshot counts = new MappingCounts.Snapshot(
                2, 3, 5, 7, 11, 13, 17, Optional.of(Duration.ofSeconds(19)), OptionalLong.of(23));
        // When
        MappingFamilies.add(
                families, meters, List.of(new MappingStats(mapping, counts, OptionalLong.of(29), Optional.empty())));
        // Then
        String labels = "{function=orders,mapping=m}";
        assertThat(Shown.values(families))
                .containsEntry("millrace_mapping_enabled" + labels, 1.0)
                .containsEntry("millrace_mapping_polled_events" + labels, 2.0)
                .containsEntry("millrace_mapping_filtered_out_events" + labels, 3.0)
                .containsEntry("millrace_mapping_invoked_events" + labels, 5.0)
                .containsEntry("millrace_mapping_failed_invoke_events" + labels, 7.0)
                .containsEntry("millrace_mapping_done_events" + labels, 11.0)
                .containsEntry("millrace_mapping_on_failure_destination_delivered_events" + labels, 13.0)
                .containsEntry("millrace_mapping_dropped_events" + labels, 17.0)
                .containsEntry("millrace_iterator_age_seconds" + labels, 19.0)
                .containsEntry("millrace_offset_lag_records" + labels, 23.0)
                .containsEntry("millrace_mapping_backlog_messages" + labels, 29.0);
    }
}
