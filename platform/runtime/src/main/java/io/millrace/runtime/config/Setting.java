package io.millrace.runtime.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * One row of the table of settings.
 *
 * @param key as people write it
 * @param unit of a value, or its form
 * @param defaultText the default as people would write it, or in words where it depends on another setting
 * @param range what is accepted, in words that fit behind "expected"
 * @param meaning one sentence for the documentation
 * @param reader empty for a text outside the range
 */
public record Setting<T>(
        String key,
        String unit,
        String defaultText,
        String range,
        String meaning,
        Function<String, Optional<T>> reader) {

    static Setting<Integer> integer(String key, String unit, String defaultText, int low, int high, String meaning) {
        return new Setting<>(
                key, unit, defaultText, low + " to " + high, meaning, text -> wholeNumber(text, low, high));
    }

    static Setting<Long> size(String key, String defaultText, long low, long high, String meaning) {
        return new Setting<>(
                key, "bytes", defaultText, low + " to " + high, meaning, text -> largeNumber(text, low, high));
    }

    static Setting<Double> decimal(
            String key, String unit, String defaultText, double low, double high, String meaning) {
        return new Setting<>(key, unit, defaultText, low + " to " + high, meaning, text -> number(text, low, high));
    }

    static Setting<Duration> duration(String key, String defaultText, Duration low, Duration high, String meaning) {
        return new Setting<>(
                key,
                "ISO-8601 duration",
                defaultText,
                "an ISO-8601 duration from " + low + " to " + high,
                meaning,
                text -> time(text, low, high));
    }

    static Setting<String> text(
            String key, String unit, String defaultText, Pattern pattern, String range, String meaning) {
        return new Setting<>(key, unit, defaultText, range, meaning, text -> Optional.of(text)
                .filter(pattern.asMatchPredicate()));
    }

    /** @throws InvalidSettingException if {@code text} is outside the range */
    T read(String text) {
        return reader.apply(text).orElseThrow(() -> InvalidSettingException.of(this, text));
    }

    private static Optional<Integer> wholeNumber(String text, int low, int high) {
        try {
            int value = Integer.parseInt(text);
            return value >= low && value <= high ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static Optional<Long> largeNumber(String text, long low, long high) {
        try {
            long value = Long.parseLong(text);
            return value >= low && value <= high ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static Optional<Double> number(String text, double low, double high) {
        try {
            double value = Double.parseDouble(text);
            return value >= low && value <= high ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static Optional<Duration> time(String text, Duration low, Duration high) {
        try {
            Duration value = Duration.parse(text);
            return value.compareTo(low) >= 0 && value.compareTo(high) <= 0 ? Optional.of(value) : Optional.empty();
        } catch (DateTimeParseException notADuration) {
            return Optional.empty();
        }
    }
}
