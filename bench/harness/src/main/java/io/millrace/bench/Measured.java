package io.millrace.bench;

import java.util.Locale;

/** Lines of figures that are held against nothing. */
final class Measured {
    private Measured() {}

    /** {@code MEASURED <name> <value> <unit>}. */
    static String line(String name, double value, String unit) {
        return String.format(Locale.ROOT, "MEASURED %s %.3f %s%n", name, value, unit);
    }

    /** {@code MEASURED <name> <median> <min> <max> <unit>}. */
    static String line(String name, Spread figures, String unit) {
        return String.format(Locale.ROOT, "MEASURED %s %s %s%n", name, figures.format("%.3f %.3f %.3f"), unit);
    }
}
