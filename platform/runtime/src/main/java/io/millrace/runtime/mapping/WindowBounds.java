package io.millrace.runtime.mapping;

import java.time.Duration;
import java.time.Instant;

/** A tumbling window: one of those that follow each other from the epoch on. */
record WindowBounds(Instant start, Instant end) {

    static WindowBounds around(Instant time, Duration size) {
        long seconds = size.toSeconds();
        long start = Math.floorDiv(time.getEpochSecond(), seconds) * seconds;
        return new WindowBounds(Instant.ofEpochSecond(start), Instant.ofEpochSecond(start + seconds));
    }

    /** A record that comes late belongs to the window that is open. */
    boolean isBefore(Instant arrived) {
        return !arrived.isBefore(end);
    }
}
