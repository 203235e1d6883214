package io.millrace.examples.earthquakes.demo;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How far the events are, in one line. On a terminal each line is written over the one before; elsewhere there is one
 * line per tenth of the way, so that a log stays readable. Not thread-safe.
 */
public final class ProgressLine {
    private static final int BAR_WIDTH = 12;
    private static final String OVERWRITE = "\r\u001b[K";

    private final Screen screen;
    private final long total;
    private long printedTenths = -1;

    /** @param total how many events there will be, at least 1 */
    public ProgressLine(Screen screen, long total) {
        if (total < 1) {
            throw new IllegalArgumentException("total of a progress line is " + total + ", expected 1 or more");
        }
        this.screen = screen;
        this.total = total;
    }

    /** What to print now, line ends included, without adding any; empty when there is nothing new to say. */
    public Optional<String> next(Accounting now, Duration elapsed) {
        long settled = Math.min(now.settled(), total);
        if (screen.terminal()) {
            String end = settled == total ? System.lineSeparator() : "";
            return Optional.of(OVERWRITE + bar(settled) + " " + text(now, settled, elapsed) + end);
        }
        long tenths = settled * 10 / total;
        if (tenths == printedTenths) {
            return Optional.empty();
        }
        printedTenths = tenths;
        return Optional.of(text(now, settled, elapsed) + System.lineSeparator());
    }

    private String bar(long settled) {
        int full = (int) (settled * BAR_WIDTH / total);
        return screen.glyph("█", "#").repeat(full) + screen.glyph("░", ".").repeat(BAR_WIDTH - full);
    }

    private String text(Accounting now, long settled, Duration elapsed) {
        return String.format(
                Locale.ROOT,
                "%3d%% of %d  %d succeeded  %d delayed  %d dead-lettered  %d/s",
                settled * 100 / total,
                total,
                now.succeeded(),
                now.delayed(),
                now.deadLettered(),
                settled * 1000 / Math.max(1, elapsed.toMillis()));
    }
}
