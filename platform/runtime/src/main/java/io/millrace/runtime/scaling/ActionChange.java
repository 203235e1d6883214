package io.millrace.runtime.scaling;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a caller says of a scheduled action; what is empty stays as it is, but start and end, which end with it.
 *
 * @param bounds replaced as a whole
 */
public record ActionChange(
        Optional<String> schedule,
        Optional<String> timeZone,
        Optional<Instant> start,
        Optional<Instant> end,
        Optional<Bounds> bounds) {

    /** What the action sets; what is empty it leaves. */
    public record Bounds(OptionalInt minimum, OptionalInt maximum) {}
}
