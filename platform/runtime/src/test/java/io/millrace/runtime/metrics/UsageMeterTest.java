package io.millrace.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.FunctionName;
import io.millrace.runtime.registry.UsageAmount;
import io.millrace.runtime.registry.UsageRow;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class UsageMeterTest {
    private static final FunctionName ORDERS = new FunctionName("orders");
    private static final String USED =
            """
            {"from":"2026-11-01","to":"2026-11-20","usage":[\
            {"day":"2026-11-20","function":"orders","version":"1","requests":1,"megabyteMilliseconds":512,\
            "gigabyteSeconds":5.0E-4,"coldStarts":0,"bytesIn":1,"bytesOut":2},\
            {"day":"2026-11-20","function":"orders","version":"7","requests":2,"megabyteMilliseconds":3072000,\
            "gigabyteSeconds":3.0,"coldStarts":1,"bytesIn":30,"bytesOut":300}],\
            "truncated":false,\
            "total":{"requests":3,"megabyteMilliseconds":3072512,"gigabyteSeconds":3.0005,"coldStarts":1,\
            "bytesIn":31,"bytesOut":302}}""";

    @TempDir
    private Path data;

    private static void use(MetricsFloor floor, String version, long megabyteMillis, boolean cold, int in, int out) {
        VersionUsage usage = floor.usage.of(ORDERS, version);
        usage.begun();
        usage.add(megabyteMillis, cold, in, out);
        usage.retire();
    }

    @Test
    void usage_adds_up_by_version_and_day_and_outlives_a_kill() throws Exception {
        // Given
        MetricsFloor first = new MetricsFloor(data);
        use(first, "7", 1_024_000, true, 10, 100);
        use(first, "7", 2_048_000, false, 20, 200);
        assertThat(first.get("/_millrace/usage?function=orders").body()).contains("\"requests\":2,");
        first.kill();
        try (MetricsFloor second = new MetricsFloor(data)) {
            // When
            use(second, "1", 512, false, 1, 2);
            // Then
            assertThat(second.get("/_millrace/usage").body()).isEqualTo(USED);
            assertThat(second.get("/_millrace/usage").body()).isEqualTo(USED); // Looking writes nothing twice.
            assertThat(second.get("/_millrace/usage?function=other").body())
                    .contains("\"usage\":[]", "\"requests\":0,");
        }
    }

    @Test
    void a_normal_end_writes_the_rest() throws Exception {
        try (MetricsFloor first = new MetricsFloor(data)) {
            use(first, "7", 5, false, 1, 1);
        }
        try (MetricsFloor second = new MetricsFloor(data)) {
            assertThat(second.get("/_millrace/usage").body()).contains("\"version\":\"7\",\"requests\":1,");
        }
    }

    @Test
    void days_beyond_the_retention_are_removed() throws Exception {
        // Given
        try (MetricsFloor first = new MetricsFloor(data)) {
            first.usage
                    .store()
                    .add(List.of(
                            new UsageRow(LocalDate.parse("2026-11-17"), "gone", "1", one()),
                            new UsageRow(LocalDate.parse("2026-11-18"), "kept", "1", one())));
        }
        // When
        try (MetricsFloor second = new MetricsFloor(data, "usage.retentionDays=3")) {
            // Then
            assertThat(second.get("/_millrace/usage").body()).contains("kept").doesNotContain("gone");
        }
    }

    private static UsageAmount one() {
        return new UsageAmount(1, 1, 1, 1, 1);
    }

    @Test
    void a_day_that_is_none_is_refused_by_name() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data)) {
            assertThat(floor.get("/_millrace/usage?from=yesterday").body())
                    .contains("from is 'yesterday', expected a day such as 2026-11-30");
            assertThat(floor.get("/_millrace/usage?from=2026-11-30").statusCode())
                    .isEqualTo(400);
        }
    }
}
