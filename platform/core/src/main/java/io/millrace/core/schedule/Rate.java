package io.millrace.core.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code rate(value unit)}: at {@code first} and from then on again and again. A day has 24 hours, whatever the clocks
 * do.
 */
record Rate(Duration every, Instant first) implements Timetable {
    private static final Pattern SHAPE = Pattern.compile("rate\\(([1-9][0-9]{0,5}) (minute|hour|day)s?\\)");

    /**
     * Empty when it is no rate.
     *
     * @param start when it is first due; without, that is one period after {@code created}
     */
    static Optional<Rate> parse(String text, Optional<Instant> start, Instant created) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Duration every = Duration.of(Long.parseLong(matcher.group(1)), unit(matcher.group(2)));
        return Optional.of(new Rate(every, start.orElseGet(() -> created.plus(every))));
    }

    private static ChronoUnit unit(String name) {
        return switch (name) {
            case "minute" -> ChronoUnit.MINUTES;
            case "hour" -> ChronoUnit.HOURS;
            default -> ChronoUnit.DAYS;
        };
    }

    @Override
    public Optional<Instant> after(Instant instant) {
        if (instant.isBefore(first)) {
            return Optional.of(first);
        }
        long passed = Duration.between(first, instant).dividedBy(every);
        return Optional.of(first.plus(every.multipliedBy(passed + 1)));
    }
}
