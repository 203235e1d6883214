package io.millrace.deadletter.commands;

import io.millrace.deadletter.Trend;
import java.time.Instant;
import java.util.Map;

/** A trend in as many characters as there is room for. */
final class Sparkline {
    private static final String HEIGHTS = "▁▂▃▄▅▆▇█";
    private static final char NONE = '·';

    private Sparkline() {}

    /** From {@code from} to {@code to} in {@code width} characters of the same length of time. */
    static String of(Trend trend, Instant from, Instant to, int width) {
        long[] counts = new long[width];
        long length = Math.max(1, to.toEpochMilli() - from.toEpochMilli() + 1);
        for (Map.Entry<Instant, Long> step : trend.deaths().entrySet()) {
            long offset = Math.max(0, step.getKey().toEpochMilli() - from.toEpochMilli());
            counts[(int) Math.min(width - 1, offset * width / length)] += step.getValue();
        }
        long most = 1;
        for (long count : counts) {
            most = Math.max(most, count);
        }
        StringBuilder line = new StringBuilder();
        for (long count : counts) {
            line.append(count == 0 ? NONE : HEIGHTS.charAt((int) ((count * HEIGHTS.length() - 1) / most)));
        }
        return line.toString();
    }
}
