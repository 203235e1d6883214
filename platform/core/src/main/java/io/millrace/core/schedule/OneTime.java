package io.millrace.core.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code at(yyyy-mm-ddThh:mm:ss)}. Where the clocks skip that time in spring it is as much later as they skip, so that
 * it is due all the same; where it comes twice in autumn, the first one counts.
 */
record OneTime(Instant time) implements Timetable {
    private static final Pattern SHAPE = Pattern.compile("at\\((.*)\\)");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withResolverStyle(ResolverStyle.STRICT);

    /** @throws IllegalArgumentException for {@code at} with what is no time */
    static Optional<OneTime> parse(String text, ZoneId zone) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            LocalDateTime time = LocalDateTime.parse(matcher.group(1), TIME);
            return Optional.of(new OneTime(time.atZone(zone).toInstant()));
        } catch (DateTimeParseException noTime) {
            throw new IllegalArgumentException(
                    "Schedule is '" + text + "', expected a time such as at(2026-11-20T08:00:00)", noTime);
        }
    }

    @Override
    public Optional<Instant> after(Instant instant) {
        return time.isAfter(instant) ? Optional.of(time) : Optional.empty();
    }
}
