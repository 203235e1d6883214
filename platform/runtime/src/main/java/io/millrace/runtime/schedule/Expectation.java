package io.millrace.runtime.schedule;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The token that a schedule should have.
 *
 * @param at when it should come
 * @param isCertain whether this process wrote it, or is about to
 */
record Expectation(
        ScheduleKey key, String id, long revision, Instant due, Instant at, boolean isLast, boolean isCertain) {

    static Expectation of(Schedule schedule, Instant due, boolean isCertain) {
        return new Expectation(
                schedule.key(), schedule.id(), schedule.revision(), due, schedule.happensAt(due), false, isCertain);
    }

    static Expectation last(Schedule schedule, Instant instant, boolean isCertain) {
        Instant now = instant.truncatedTo(ChronoUnit.MILLIS); // As its token tells it.
        return new Expectation(schedule.key(), schedule.id(), schedule.revision(), now, now, true, isCertain);
    }

    String token() {
        return id + "/" + revision;
    }
}
