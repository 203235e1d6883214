package io.millrace.runtime.schedule;

import io.millrace.core.schedule.Timetable;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * What the owner of a schedule says about it.
 *
 * @param timeZone IANA name
 * @param start not before this; a one-time schedule has neither start nor end, as with EventBridge Scheduler
 * @param window within this after each due time it happens, at a time that is always the same; zero for none
 * @param deleteWhenDone whether the schedule goes when nothing is due any more
 */
public record ScheduleSettings(
        String expression,
        String timeZone,
        Optional<Instant> start,
        Optional<Instant> end,
        boolean enabled,
        Duration window,
        boolean deleteWhenDone,
        Optional<String> description,
        ScheduleTarget target) {

    /**
     * @param anchor from which a rate without a start counts
     * @throws IllegalArgumentException if expression or time zone is none; says what was expected
     */
    public Timetable timetable(Instant anchor) {
        ZoneId zone = Timetable.zone(timeZone);
        Timetable times = Timetable.parse(expression, zone, start, anchor);
        return Timetable.isOneTime(expression) ? times : times.within(start, end);
    }

    /** Whether the due times of {@code other} are others. */
    boolean isDueAsOften(ScheduleSettings other) {
        return expression.equals(other.expression) && timeZone.equals(other.timeZone) && start.equals(other.start);
    }
}
