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

    SetClock pass(Duration time) {
        millis.addAndGet(time.toMillis());
        return this;
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
