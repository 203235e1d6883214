package io.millrace.idempotency;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** Goes when it is told to. */
final class SetClock extends Clock {
    private final AtomicLong millis =
            new AtomicLong(Instant.parse("2026-11-21T12:00:00Z").toEpochMilli());

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE); // It may overflow at any time.

    SetClock pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        return set(time);
    }

    /** Somebody sets the clock; no time goes by. */
    SetClock set(Duration ahead) {
        millis.addAndGet(ahead.toMillis());
        return this;
    }

    /** As {@link System#nanoTime}. */
    long nanos() {
        return nanos.get();
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis.get());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new IllegalArgumentException("a test asked for the zone " + zone + ", expected none to");
    }
}
