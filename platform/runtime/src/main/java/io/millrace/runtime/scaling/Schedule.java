package io.millrace.runtime.scaling;

import io.millrace.runtime.registry.ScheduledAction;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

/** When a scheduled action runs. Immutable. */
sealed interface Schedule permits OneTime, Rate, CronTimes {

    /** The first time after {@code instant}; empty when there is none any more. */
    Optional<Instant> after(Instant instant);

    /**
     * The first time after {@code instant} that is within the action's start and end.
     *
     * @throws IllegalArgumentException if its schedule or time zone is none; says what was expected
     */
    static Optional<Instant> next(ScheduledAction action, Instant instant) {
        // Its start belongs to it, so look from just before.
        Instant from = action.start()
                .map(start -> start.minusNanos(1))
                .filter(instant::isBefore)
                .orElse(instant);
        return of(action)
                .after(from)
                .filter(time -> action.end().map(end -> !time.isAfter(end)).orElse(true));
    }

    private static Schedule of(ScheduledAction action) {
        String text = action.schedule();
        ZoneId zone = action.timeZone().map(Schedule::zone).orElse(ZoneOffset.UTC);
        return OneTime.parse(text, zone)
                .<Schedule>map(oneTime -> oneTime)
                .or(() -> Rate.parse(text, action.start(), action.created()))
                .or(() -> CronTimes.parse(text, zone))
                .orElseThrow(() -> new IllegalArgumentException("Schedule is '" + text
                        + "', expected at(yyyy-mm-ddThh:mm:ss), rate(value minutes|hours|days) or"
                        + " cron(minutes hours day-of-month month day-of-week year)"));
    }

    private static ZoneId zone(String name) {
        if (!ZoneId.getAvailableZoneIds().contains(name)) {
            throw new IllegalArgumentException(
                    "Timezone is '" + name + "', expected an IANA time zone such as Europe/Berlin");
        }
        return ZoneId.of(name);
    }
}
