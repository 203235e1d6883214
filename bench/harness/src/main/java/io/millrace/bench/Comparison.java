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

    Spread first() {
        return Spread.of(firsts.stream().mapToDouble(figure));
    }

    Spread second() {
        return Spread.of(seconds.stream().mapToDouble(figure));
    }

    /** {@code RATIO <name> <median> <min> <max>} and under it the absolute figures. */
    String report(String firstName, String secondName, String unit) {
        return String.format(Locale.ROOT, "RATIO %s %s%n", name, ratio().format("%.3f %.3f %.3f"))
                + String.format(
                        Locale.ROOT, "  %-28s %s%n", firstName, first().format("%,.0f (%,.0f to %,.0f) " + unit))
                + String.format(
                        Locale.ROOT, "  %-28s %s%n", secondName, second().format("%,.0f (%,.0f to %,.0f) " + unit));
    }
}
