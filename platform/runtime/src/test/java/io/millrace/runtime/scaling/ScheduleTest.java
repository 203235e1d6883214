package io.millrace.runtime.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.registry.ScheduledAction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ScheduleTest {
    /** A Friday. */
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            at(2026-11-21T08:00:00)      | UTC           | 2026-11-21T08:00:00Z
            at(2026-11-21T08:00:00)      | Europe/Berlin | 2026-11-21T07:00:00Z
            at(2026-11-20T12:00:00)      | UTC           | none
            rate(5 minutes)              | UTC           | 2026-11-20T12:03:00Z, 2026-11-20T12:08:00Z
            rate(1 hour)                 | UTC           | 2026-11-20T12:58:00Z, 2026-11-20T13:58:00Z
            rate(2 days)                 | UTC           | 2026-11-22T11:58:00Z, 2026-11-24T11:58:00Z
            cron(0 8 * * ? *)            | UTC           | 2026-11-21T08:00:00Z, 2026-11-22T08:00:00Z
            cron(0 8 * * ? *)            | Asia/Tokyo    | 2026-11-20T23:00:00Z, 2026-11-21T23:00:00Z
            cron(0 8 ? * 1 *)            | UTC           | 2026-11-22T08:00:00Z, 2026-11-29T08:00:00Z
            cron(0 8 ? * MON-FRI *)      | UTC           | 2026-11-23T08:00:00Z, 2026-11-24T08:00:00Z
            cron(0 8 ? * 2-6 *)          | UTC           | 2026-11-23T08:00:00Z, 2026-11-24T08:00:00Z
            cron(0 18 L * ? *)           | UTC           | 2026-11-30T18:00:00Z, 2026-12-31T18:00:00Z
            cron(0 18 15W * ? *)         | UTC           | 2026-12-15T18:00:00Z, 2027-01-15T18:00:00Z, 2027-02-15T18:00:00Z
            cron(0 18 1W 5 ? 2027)       | UTC           | 2027-05-03T18:00:00Z, none
            cron(0 18 ? * 6L *)          | UTC           | 2026-11-27T18:00:00Z, 2026-12-25T18:00:00Z
            cron(0 18 ? * FRI#2 *)       | UTC           | 2026-12-11T18:00:00Z, 2027-01-08T18:00:00Z
            cron(0 8 ? * 5#5 *)          | UTC           | 2026-12-31T08:00:00Z, 2027-04-29T08:00:00Z
            cron(0/25 14 * * ? *)        | UTC           | 2026-11-20T14:00:00Z, 2026-11-20T14:25:00Z, 2026-11-20T14:50:00Z, 2026-11-21T14:00:00Z
            cron(0 8 29 2 ? *)           | UTC           | 2028-02-29T08:00:00Z
            cron(0 8 1 JAN,JUL ? 2027)   | UTC           | 2027-01-01T08:00:00Z, 2027-07-01T08:00:00Z, none
            cron(0 8 31 2 ? *)           | UTC           | none
            cron(0 8 * * ? 2020)         | UTC           | none
            """)
    void schedules_run_when_AWS_says(String text, String zone, String expected) {
        List<String> times = new ArrayList<>();
        Optional<Instant> time = Optional.of(NOON);
        for (int count = expected.split(", ").length; count > 0; count--) {
            time = time.flatMap(last -> Schedule.next(action(text, zone), last));
            times.add(time.map(Instant::toString).orElse("none"));
        }
        assertThat(String.join(", ", times)).isEqualTo(expected);
    }

    @Test
    void a_time_that_the_clocks_skip_is_left_out_and_one_that_comes_twice_counts_once() {
        ScheduledAction nightly = action("cron(30 2 * * ? *)", "Europe/Berlin");

        assertThat(Schedule.next(nightly, Instant.parse("2026-03-28T12:00:00Z")))
                .hasValue(Instant.parse("2026-03-30T00:30:00Z"));
        Instant first =
                Schedule.next(nightly, Instant.parse("2026-10-24T12:00:00Z")).orElseThrow();
        assertThat(first).isEqualTo("2026-10-25T00:30:00Z");
        assertThat(Schedule.next(nightly, first)).hasValue(Instant.parse("2026-10-26T01:30:00Z"));
    }

    @Test
    void start_and_end_bound_a_schedule_and_belong_to_it() {
        Instant start = Instant.parse("2026-12-01T08:00:00Z");
        Instant end = Instant.parse("2026-12-02T08:00:00Z");
        ScheduledAction daily = action("cron(0 8 * * ? *)", "UTC", Optional.of(start), Optional.of(end));

        assertThat(Schedule.next(daily, NOON)).hasValue(start);
        assertThat(Schedule.next(daily, start)).hasValue(end);
        assertThat(Schedule.next(daily, end)).isEmpty();
    }

    @Test
    void a_rate_with_a_start_runs_first_at_its_start() {
        Instant start = Instant.parse("2026-11-20T13:00:00Z");
        ScheduledAction rate = action("rate(10 minutes)", "UTC", Optional.of(start), Optional.empty());

        assertThat(Schedule.next(rate, NOON)).hasValue(start);
        assertThat(Schedule.next(rate, start)).hasValue(start.plusSeconds(600));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            tomorrow                | UTC           | Schedule is 'tomorrow', expected at(yyyy-mm-ddThh:mm:ss)
            at(2026-02-30T08:00:00) | UTC           | Schedule is 'at(2026-02-30T08:00:00)', expected a time such as
            at(2026-11-21)          | UTC           | Schedule is 'at(2026-11-21)', expected a time such as
            rate(0 minutes)         | UTC           | Schedule is 'rate(0 minutes)', expected at(
            rate(5 seconds)         | UTC           | Schedule is 'rate(5 seconds)', expected at(
            cron(0 8 * * *)         | UTC           | Schedule is 'cron(0 8 * * *)', expected cron(minutes
            cron(0 8 * * * *)       | UTC           | Schedule is 'cron(0 8 * * * *)', expected cron(minutes
            cron(0 8 1 * 2 *)       | UTC           | Schedule is 'cron(0 8 1 * 2 *)', expected cron(minutes
            cron(61 8 * * ? *)      | UTC           | Schedule is 'cron(61 8 * * ? *)', expected cron(minutes
            cron(0 8 ? * 8 *)       | UTC           | Schedule is 'cron(0 8 ? * 8 *)', expected cron(minutes
            cron(0 8 * * ? *)       | Europe/Berlyn | Timezone is 'Europe/Berlyn', expected an IANA time zone
            """)
    void what_is_no_schedule_is_named(String text, String zone, String message) {
        assertThatThrownBy(() -> Schedule.next(action(text, zone), NOON))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    private static ScheduledAction action(String schedule, String zone) {
        return action(schedule, zone, Optional.empty(), Optional.empty());
    }

    private static ScheduledAction action(
            String schedule, String zone, Optional<Instant> start, Optional<Instant> end) {
        return new ScheduledAction(
                "name",
                "id",
                schedule,
                Optional.of(zone),
                start,
                end,
                OptionalInt.of(1),
                OptionalInt.of(2),
                NOON.minusSeconds(120));
    }
}
