package io.millrace.bench;

import java.util.Locale;
import java.util.stream.DoubleStream;

/** Median, smallest and largest of some figures. */
record Spread(double median, double min, double max) {

    static Spread of(DoubleStream figures) {
        double[] sorted = figures.sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no figures, expected at least one");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    String format(String medianMinMax) {
        return String.format(Locale.ROOT, medianMinMax, median, min, max);
    }
}
