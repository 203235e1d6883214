package io.millrace.examples.earthquakes.demo;

import io.millrace.examples.earthquakes.Earthquake;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The 1,707 real events as they are published: one JSON text each, in the order of the feed, newest first. */
public final class EarthquakeEvents {
    private static final String RESOURCE = "earthquakes.jsonl";

    private EarthquakeEvents() {}

    /** Reads the resource anew at each call (1.2 MB); blocking. */
    public static List<String> read() {
        try (InputStream lines = Earthquake.class.getResourceAsStream(RESOURCE)) {
            if (lines == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path beside " + Earthquake.class);
            }
            return new BufferedReader(new InputStreamReader(lines, StandardCharsets.UTF_8))
                    .lines()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(RESOURCE + " on the class path cannot be read", unreadable);
        }
    }
}
