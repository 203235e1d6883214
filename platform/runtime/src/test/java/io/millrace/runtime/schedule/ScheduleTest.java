package io.millrace.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ScheduleTest {
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private static Schedule schedule(Duration window) {
        ScheduleTarget target = new ScheduleTarget(
                "arn:aws:lambda:us-east-1:000000000000:function:orders:live",
                "arn:aws:iam::000000000000:role/any",
                Optional.of("{}"),
                Optional.of("group"),
                Duration.ofMinutes(2),
                7,
                Optional.of("arn:aws:sqs:us-east-1:000000000000:dead"));
        ScheduleSettings settings = new ScheduleSettings(
                "rate(5 minutes)",
                "Europe/Berlin",
                Optional.of(NOON),
                Optional.of(NOON.plusSeconds(7_200)),
                true,
                window,
                true,
                Optional.of("described"),
                target);
        return new Schedule(
                ScheduleFloor.key("s"),
                "3f2b6d0e-6c1a-4f52-9a52-111111111111",
                3,
                settings,
                NOON.minusSeconds(5),
                Optional.of(NOON),
                true,
                false,
                NOON.minusSeconds(60),
                NOON.minusSeconds(30),
                Optional.of("token"));
    }

    @Test
    void what_is_stored_is_read_as_it_was() {
        Schedule schedule = schedule(Duration.ofMinutes(15));

        assertThat(ScheduleDocument.read(schedule.key(), ScheduleDocument.write(schedule)))
                .isEqualTo(schedule);
    }

    @Test
    void a_due_time_happens_within_its_window_always_at_the_same_time() {
        Schedule schedule = schedule(Duration.ofMinutes(15));
        Set<Duration> offsets = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Instant due = NOON.plusSeconds(300L * i);
            Instant happens = schedule.happensAt(due);
            assertThat(happens)
                    .isAfterOrEqualTo(due)
                    .isBefore(due.plus(Duration.ofMinutes(15)))
                    .isEqualTo(schedule(Duration.ofMinutes(15)).happensAt(due));
            offsets.add(Duration.between(due, happens));
        }
        assertThat(offsets).hasSizeGreaterThan(90);
        assertThat(schedule(Duration.ZERO).happensAt(NOON)).isEqualTo(NOON);
    }

    @Test
    void start_and_end_bound_what_is_due_but_not_what_is_for_one_time() {
        ScheduleSettings settings = schedule(Duration.ZERO).settings();

        assertThat(settings.timetable(NOON).after(NOON.minusSeconds(3_600))).hasValue(NOON);
        assertThat(settings.timetable(NOON).after(NOON.plusSeconds(7_200))).isEmpty();
        ScheduleSettings once = new ScheduleSettings(
                "at(2030-01-01T00:00:00)",
                "UTC",
                settings.start(),
                settings.end(),
                true,
                Duration.ZERO,
                false,
                Optional.empty(),
                settings.target());
        assertThat(once.timetable(NOON).after(NOON)).hasValue(Instant.parse("2030-01-01T00:00:00Z"));
    }
}
