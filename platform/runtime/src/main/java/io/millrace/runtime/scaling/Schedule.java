package io.millrace.runtime.scaling;

import io.millrace.core.schedule.Timetable;
import io.millrace.runtime.registry.ScheduledAction;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

/** When a scheduled action runs. */
final class Schedule {
    private Schedule() {}

    /**
     * The first time after {@code instant} that is within the action's start and end.
     *
     * @throws IllegalArgumentException if its schedule or time zone is none; says what was expected
     */
    static Optional<Instant> next(ScheduledAction action, Instant instant) {
        ZoneId zone = action.timeZone().map(Timetable::zone).orElse(ZoneOffset.UTC);
        return Timetable.parse(action.schedule(), zone, action.start(), action.created())
                .within(action.start(), action.end())
                .after(instant);
    }
}
