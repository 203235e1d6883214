package io.millrace.runtime.registry;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Sets the range of a scalable target at given times.
 *
 * @param name 1 to 256 characters
 * @param id UUID in its ARN; stays when the action is put again
 * @param schedule {@code at(...)}, {@code rate(...)} or {@code cron(...)}, checked before it came here
 * @param timeZone of the schedule, as it was written; empty is UTC
 * @param start not before
 * @param end not after
 * @param minimum of the range from then on; empty leaves it
 * @param maximum of the range from then on; empty leaves it
 */
public record ScheduledAction(
        String name,
        String id,
        String schedule,
        Optional<String> timeZone,
        Optional<Instant> start,
        Optional<Instant> end,
        OptionalInt minimum,
        OptionalInt maximum,
        Instant created) {}
