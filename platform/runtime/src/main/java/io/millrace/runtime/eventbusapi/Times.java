package io.millrace.runtime.eventbusapi;

import java.math.BigDecimal;
import java.time.Instant;

/** Time as the protocol writes it. */
final class Times {
    private static final int MILLIS = 3;

    private Times() {}

    /** Since 1970, with milliseconds. */
    static BigDecimal seconds(Instant instant) {
        return BigDecimal.valueOf(instant.toEpochMilli(), MILLIS);
    }
}
