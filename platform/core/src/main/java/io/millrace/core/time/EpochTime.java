package io.millrace.core.time;

import java.math.BigDecimal;
import java.time.Instant;

/** A number of a request as a time since 1970. */
public final class EpochTime {
    private static final int SECONDS = 3;
    /** Digits of the largest long, and enough behind the point for any clock. */
    private static final int MOST_DIGITS = 19;

    private static final int MOST_DECIMALS = 20;

    private EpochTime() {}

    /**
     * @return to milliseconds; what is below is left out
     * @throws ArithmeticException if it is out of range
     */
    public static Instant ofSeconds(BigDecimal seconds) {
        return ofUnits(seconds, SECONDS);
    }

    /**
     * @return what is below a millisecond is left out
     * @throws ArithmeticException if it is out of range
     */
    public static Instant ofMillis(BigDecimal millis) {
        return ofUnits(millis, 0);
    }

    private static Instant ofUnits(BigDecimal number, int decimals) {
        // Before any arithmetic: that of 1e100000000, eleven bytes of a request, takes minutes.
        boolean isShort = Math.abs((long) number.scale()) <= MOST_DECIMALS
                && (long) number.precision() - number.scale() <= MOST_DIGITS;
        if (!isShort) {
            throw new ArithmeticException("number is '" + number + "', expected one of at most " + MOST_DIGITS
                    + " digits and " + MOST_DECIMALS + " decimals");
        }
        return Instant.ofEpochMilli(
                number.movePointRight(decimals).toBigInteger().longValueExact());
    }
}
