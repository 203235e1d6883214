package io.millrace.source.shards;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** A service's clock, as every answer over HTTP tells it. */
public final class ServiceTime {
    public static final String HEADER = "Date";

    private ServiceTime() {}

    /** Cut to the second; empty for what is no date. */
    public static Optional<Instant> of(Optional<String> header) {
        try {
            return header.map(text -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
        } catch (DateTimeException noDate) {
            return Optional.empty();
        }
    }
}
