package io.millrace.core.schedule;

import java.time.Instant;
import java.util.Optional;

/** Another timetable between two times, which belong to it. */
record BoundedTimetable(Timetable times, Optional<Instant> start, Optional<Instant> end) implements Timetable {

    @Override
    public Optional<Instant> after(Instant instant) {
        Instant from = start.map(first -> first.minusNanos(1))
                .filter(instant::isBefore)
                .orElse(instant);
        return times.after(from)
                .filter(time -> end.map(last -> !time.isAfter(last)).orElse(true));
    }
}
