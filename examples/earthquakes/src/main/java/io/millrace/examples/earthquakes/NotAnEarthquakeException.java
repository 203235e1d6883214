package io.millrace.examples.earthquakes;

import org.jspecify.annotations.Nullable;

/** The strict version expects nothing but earthquakes in a feed of earthquakes. */
public final class NotAnEarthquakeException extends RuntimeException {
    NotAnEarthquakeException(String id, @Nullable String type) {
        super("type of " + id + " is '" + type + "', expected 'earthquake'");
    }
}
