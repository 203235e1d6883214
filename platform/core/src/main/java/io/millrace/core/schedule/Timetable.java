package io.millrace.core.schedule;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/** When something is due, again and again or once. Immutable. */
public interface Timetable {

    /** The first due time after {@code instant}; empty when there is none any more. */
    Optional<Instant> after(Instant instant);

    /** Only what is due from {@code start} to {@code end}, which both belong to it. */
    default Timetable within(Optional<Instant> start, Optional<Instant> end) {
        return new BoundedTimetable(this, start, end);
    }

    /**
     * Reads {@code at(...)}, {@code rate(...)} or {@code cron(...)}.
     *
     * @param zone of at and cron; a rate has none
     * @param start when a rate is first due; without, that is one period after {@code created}
     * @throws IllegalArgumentException if it is none of them; says what was expected
     */
    static Timetable parse(String expression, ZoneId zone, Optional<Instant> start, Instant created) {
        return OneTime.parse(expression, zone)
                .<Timetable>map(oneTime -> oneTime)
                .or(() -> Rate.parse(expression, start, created))
                .or(() -> CronTimes.parse(expression, zone))
                .orElseThrow(() -> new IllegalArgumentException("Schedule is '" + expression
                        + "', expected at(yyyy-mm-ddThh:mm:ss), rate(value minutes|hours|days) or"
                        + " cron(minutes hours day-of-month month day-of-week year)"));
    }

    /** Whether the expression names one time only. */
    static boolean isOneTime(String expression) {
        return expression.startsWith("at(");
    }

    /** @throws IllegalArgumentException if there is no such zone */
    static ZoneId zone(String name) {
        if (!ZoneId.getAvailableZoneIds().contains(name)) {
            throw new IllegalArgumentException(
                    "Timezone is '" + name + "', expected an IANA time zone such as Europe/Berlin");
        }
        return ZoneId.of(name);
    }
}
