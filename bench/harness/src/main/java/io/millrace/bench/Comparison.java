package io.millrace.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The windows of two lanes, pair by pair.
 *
 * @param name what is compared
 * @param firsts windows of the lane in question
 * @param seconds windows of the one it is held against, one for each of {@code firsts}
 * @param figure what is compared of a window
 */
record Comparison(String name, List<Window> firsts, List<Window> seconds, ToDoubleFunction<Window> figure) {

    Spread ratio() {
        return Spread.of(IntStream.range(0, firsts.size())
                .mapToDouble(pair -> figure.applyAsDouble(firsts.get(pair)) / figure.applyAsDouble(seconds.get(pair))));
    }

    /** {@code RATIO <name> <median> <min> <max>} and under it the absolute figures. */
    String report(String firstName, String secondName, String unit) {
        return String.format(Locale.ROOT, "RATIO %s %s%n", name, ratio().format("%.3f %.3f %.3f"))
                + line(firstName, firsts, unit)
                + line(secondName, seconds, unit);
    }

    private String line(String lane, List<Window> windows, String unit) {
        Spread figures = Spread.of(windows.stream().mapToDouble(figure));
        Spread processor = Spread.of(windows.stream().mapToDouble(Window::processorMicros));
        return String.format(
                Locale.ROOT,
                "  %-24s %s %s, processor %s µs each%s%n",
                lane,
                figures.format("%,.0f (%,.0f to %,.0f)"),
                unit,
                processor.format("%.1f (%.1f to %.1f)"),
                tail(windows));
    }

    /** Empty where no latencies are recorded. */
    private static String tail(List<Window> windows) {
        Spread tails = Spread.of(windows.stream().mapToDouble(Window::p99Micros));
        return windows.stream().anyMatch(window -> window.p99Micros() > 0)
                ? ", 99th percentile " + tails.format("%,.0f (%,.0f to %,.0f)") + " µs"
                : "";
    }
}
