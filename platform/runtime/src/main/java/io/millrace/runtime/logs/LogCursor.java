package io.millrace.runtime.logs;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place between two lines of a function's log, the same after a restart.
 *
 * @param segment its number
 * @param offset in bytes, at the beginning of a line
 */
public record LogCursor(long segment, long offset) {
    /** Before all lines. */
    public static final LogCursor START = new LogCursor(0, 0);

    private static final Pattern FORM = Pattern.compile("(\\d{1,16})\\.(\\d{1,12})");

    /** Empty for a text that {@link #toString} never made. */
    public static Optional<LogCursor> parse(String text) {
        Matcher parts = FORM.matcher(text);
        return parts.matches()
                ? Optional.of(new LogCursor(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return segment + "." + offset;
    }
}
