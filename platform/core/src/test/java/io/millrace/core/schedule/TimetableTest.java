package io.millrace.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TimetableTest {
    /** A Friday. */
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private static final List<String> ZONES = List.of(
            "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia");

    private static Timetable parse(String expression, String zone) {
        return Timetable.parse(expression, Timetable.zone(zone), Optional.empty(), NOON);
    }

    private static String times(Timetable timetable, Instant from, int count) {
        List<String> times = new ArrayList<>();
        Optional<Instant> time = Optional.of(from);
        for (int i = 0; i < count; i++) {
            time = time.flatMap(timetable::after);
            times.add(time.map(Instant::toString).orElse("none"));
        }
        return String.join(", ", times);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            cron(0 18 LW * ? *)          | 2026-11-30T18:00:00Z, 2026-12-31T18:00:00Z, 2027-01-29T18:00:00Z
            cron(0 18 1,15,L * ? *)      | 2026-11-30T18:00:00Z, 2026-12-01T18:00:00Z, 2026-12-15T18:00:00Z, 2026-12-31T18:00:00Z
            cron(0 18 31W * ? *)         | 2026-12-31T18:00:00Z, 2027-01-29T18:00:00Z, 2027-03-31T18:00:00Z
            cron(0 18 ? * L *)           | 2026-11-21T18:00:00Z, 2026-11-28T18:00:00Z
            cron(0 18 ? * FRIL *)        | 2026-11-27T18:00:00Z, 2026-12-25T18:00:00Z
            cron(0 18 ? * fri#2,MON#1 *) | 2026-12-07T18:00:00Z, 2026-12-11T18:00:00Z
            cron(0 18 ? * FRI-MON *)     | 2026-11-20T18:00:00Z, 2026-11-21T18:00:00Z, 2026-11-22T18:00:00Z, 2026-11-23T18:00:00Z, 2026-11-27T18:00:00Z
            cron(0 18 1 NOV-FEB/2 ? *)   | 2027-01-01T18:00:00Z, 2027-11-01T18:00:00Z
            cron(0/20,5 12 * * ? *)      | 2026-11-20T12:05:00Z, 2026-11-20T12:20:00Z, 2026-11-20T12:40:00Z, 2026-11-21T12:00:00Z
            cron(*/30 0-23/11 * * ? *)   | 2026-11-20T22:00:00Z, 2026-11-20T22:30:00Z, 2026-11-21T00:00:00Z
            cron(0 0 1 1 ? 2027/2)       | 2027-01-01T00:00:00Z, 2029-01-01T00:00:00Z
            cron(0 0 29 2 ? 2100-2103)   | none
            """)
    void cron_expressions_are_due_when_AWS_says(String expression, String expected) {
        assertThat(times(parse(expression, "UTC"), NOON, expected.split(", ").length))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            cron(0 8 1#1 * ? *)   | day-of-month has '1#1', expected 1-31
            cron(0 8 ? * 1#6 *)   | day-of-week has '1#6', expected 1-7 or SUN-SAT
            cron(0 8 ? * ? *)     | day-of-month is '?' and day-of-week is '?', expected ? for one
            cron(0 8 0 * ? *)     | day-of-month has '0', expected 1-31
            cron(0 8 W * ? *)     | day-of-month has '', expected 1-31
            cron(0 8 * 13 ? *)    | month has '13', expected 1-12 or JAN-DEC
            cron(0 8 * * ? 1969)  | year has '1969', expected 1970-2199
            cron(0 8 * * ? 2030-2029) | year has '2030-2029', expected 1970-2199
            cron(5-1 8 * * ? *)   | minutes has '5-1', expected 0-59
            cron(0/0 8 * * ? *)   | minutes has '0/0', expected 0-59
            cron(, 8 * * ? *)     | minutes has '', expected 0-59
            cron(1-2-3 8 * * ? *) | minutes has '1-2-3', expected 0-59
            cron(0 8 * * ?)       | 5 fields, expected 6
            """)
    void what_is_no_cron_expression_is_named(String expression, String complaint) {
        assertThatThrownBy(() -> parse(expression, "UTC"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Schedule is '" + expression + "', expected cron(")
                .hasMessageContaining(complaint);
    }

    @Test
    void times_that_the_clocks_skip_are_left_out() {
        Timetable halfHourly = parse("cron(0/30 2 * * ? *)", "Europe/Berlin");

        assertThat(times(halfHourly, Instant.parse("2026-03-28T12:00:00Z"), 2))
                .isEqualTo("2026-03-30T00:00:00Z, 2026-03-30T00:30:00Z");
    }

    @Test
    void times_that_come_twice_count_once_the_first_time() {
        Timetable halfHourly = parse("cron(0/30 2-3 * * ? *)", "Europe/Berlin");

        assertThat(times(halfHourly, Instant.parse("2026-10-24T22:00:00Z"), 5))
                .isEqualTo("2026-10-25T00:00:00Z, 2026-10-25T00:30:00Z, 2026-10-25T02:00:00Z, 2026-10-25T02:30:00Z,"
                        + " 2026-10-26T01:00:00Z");
        assertThat(times(halfHourly, Instant.parse("2026-10-25T01:10:00Z"), 1))
                .as("asked in the second of the two hours")
                .isEqualTo("2026-10-25T02:00:00Z");
    }

    @Test
    void one_time_in_the_hour_that_the_clocks_skip_is_due_as_much_later() {
        assertThat(times(parse("at(2027-03-28T02:30:00)", "Europe/Berlin"), NOON, 2))
                .isEqualTo("2027-03-28T01:30:00Z, none");
        assertThat(times(parse("at(2027-10-31T02:30:00)", "Europe/Berlin"), NOON, 1))
                .isEqualTo("2027-10-31T00:30:00Z");
    }

    @Test
    void a_rate_counts_from_its_creation_or_its_start_whenever_it_is_asked() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            long minutes = 1L + random.nextInt(5_000);
            Instant created = NOON.plusMillis(random.nextInt());
            Instant asked = created.plusSeconds(random.nextInt(100_000_000));
            Timetable rate =
                    Timetable.parse("rate(" + minutes + " minutes)", ZoneId.of("UTC"), Optional.empty(), created);

            Instant due = rate.after(asked).orElseThrow();

            Duration sinceCreation = Duration.between(created, due);
            assertThat(due).isAfter(asked).isBeforeOrEqualTo(asked.plus(Duration.ofMinutes(minutes)));
            assertThat(sinceCreation.toMillis() % Duration.ofMinutes(minutes).toMillis())
                    .isZero();
        }
    }

    /** Against what takes each minute as it comes. */
    @RepeatedTest(40)
    void every_minute_of_random_months_is_due_or_not_as_its_fields_say(
            org.junit.jupiter.api.RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        BitSet minutes = some(random, 0, 59);
        BitSet hours = some(random, 0, 23);
        BitSet months = some(random, 1, 12);
        boolean byWeek = random.nextBoolean();
        BitSet days = byWeek ? some(random, 1, 7) : some(random, 1, 31);
        String expression = "cron(" + list(minutes) + " " + list(hours) + " " + (byWeek ? "?" : list(days)) + " "
                + list(months) + " " + (byWeek ? list(days) : "?") + " *)";
        ZoneId zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
        Timetable timetable = Timetable.parse(expression, zone, Optional.empty(), NOON);
        Instant from = Instant.parse("2009-01-01T00:00:00Z").plus(random.nextInt(20 * 365), ChronoUnit.DAYS);

        Instant last = from;
        for (Instant minute = from.plusSeconds(60);
                minute.isBefore(from.plus(Duration.ofDays(70)));
                minute = minute.plusSeconds(60)) {
            ZonedDateTime local = minute.atZone(zone);
            int day = byWeek ? local.getDayOfWeek().getValue() % 7 + 1 : local.getDayOfMonth();
            boolean due = minutes.get(local.getMinute())
                    && hours.get(local.getHour())
                    && months.get(local.getMonthValue())
                    && days.get(day)
                    && local.equals(local.withEarlierOffsetAtOverlap());
            if (due) {
                assertThat(timetable.after(last))
                        .as("%s in %s after %s", expression, zone, last)
                        .hasValue(minute);
                last = minute;
            }
        }
    }

    @Test
    void due_times_of_a_year_are_in_order_and_the_local_time_is_what_was_asked_for() {
        for (String zone : ZONES) {
            Timetable daily = parse("cron(15 9 * * ? *)", zone);
            Instant time = Instant.parse("2010-06-01T00:00:00Z");
            for (int day = 0; day < 20 * 365; day++) {
                Instant next = daily.after(time).orElseThrow();
                LocalDateTime local = LocalDateTime.ofInstant(next, ZoneId.of(zone));
                assertThat(next).isAfter(time);
                assertThat(local.getHour() * 60 + local.getMinute()).isEqualTo(9 * 60 + 15);
                time = next;
            }
        }
    }

    private static BitSet some(Random random, int minimum, int maximum) {
        BitSet numbers = new BitSet();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            numbers.set(minimum + random.nextInt(maximum - minimum + 1));
        }
        return numbers;
    }

    private static String list(BitSet numbers) {
        return numbers.toString().replaceAll("[{} ]", "");
    }
}
