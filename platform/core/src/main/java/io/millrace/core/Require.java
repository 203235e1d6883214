package io.millrace.core;

import java.time.Duration;

/** Checks whose messages name the key, the value and what was expected. */
public final class Require {
    private Require() {}

    /** @throws IllegalArgumentException unless {@code low <= value <= high} */
    public static void between(String key, long value, long low, long high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(key + " is " + value + ", expected " + low + " to " + high);
        }
    }

    /** @throws IllegalArgumentException unless {@code low <= value <= high} */
    public static void between(String key, Duration value, Duration low, Duration high) {
        if (value.compareTo(low) < 0 || value.compareTo(high) > 0) {
            throw new IllegalArgumentException(key + " is " + value + ", expected " + low + " to " + high);
        }
    }
}
