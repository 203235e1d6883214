package io.millrace.runtime.metrics;

import io.millrace.runtime.observe.Durations;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** Collects what one scrape shows. What is given twice is added up. For one thread. */
final class Families {
    private final Map<String, Family> families = new TreeMap<>();

    private static final class Family {
        private final Map<Labels, Double> values = new TreeMap<>();
        private final Map<Labels, Durations> durations = new TreeMap<>();
        private final Function<Family, MetricSnapshot> render;

        Family(Function<Family, MetricSnapshot> render) {
            this.render = render;
        }
    }

    /**
     * @param name without {@code _total}, which is added
     * @param labels names and values in turn
     */
    void counter(String name, String help, long value, String... labels) {
        add(family(name, () -> new Family(family -> counters(name, help, family))), (double) value, labels);
    }

    /** @param labels names and values in turn */
    void gauge(String name, String help, long value, String... labels) {
        gauge(name, help, (double) value, labels);
    }

    /** @param labels names and values in turn */
    void gauge(String name, String help, double value, String... labels) {
        add(family(name, () -> new Family(family -> gauges(name, help, family))), value, labels);
    }

    /** @param labels names and values in turn */
    void histogram(String name, String help, Durations durations, String... labels) {
        family(name, () -> new Family(family -> histograms(name, help, family)))
                .durations
                .put(Labels.of(labels), durations);
    }

    private Family family(String name, Supplier<Family> made) {
        return families.computeIfAbsent(name, first -> made.get());
    }

    private static void add(Family family, double value, String... labels) {
        family.values.merge(Labels.of(labels), value, Double::sum);
    }

    MetricSnapshots snapshots() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        families.values().forEach(family -> all.metricSnapshot(family.render.apply(family)));
        return all.build();
    }

    private static CounterSnapshot counters(String name, String help, Family family) {
        CounterSnapshot.Builder shown = CounterSnapshot.builder().name(name).help(help);
        family.values.forEach((labels, value) -> shown.dataPoint(
                CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
        return shown.build();
    }

    private static GaugeSnapshot gauges(String name, String help, Family family) {
        GaugeSnapshot.Builder shown = GaugeSnapshot.builder().name(name).help(help);
        family.values.forEach((labels, value) -> shown.dataPoint(
                GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
        return shown.build();
    }

    private static HistogramSnapshot histograms(String name, String help, Family family) {
        HistogramSnapshot.Builder shown = HistogramSnapshot.builder().name(name).help(help);
        family.durations.forEach((labels, durations) -> shown.dataPoint(HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(durations.bounds(), durations.counts()))
                .sum(durations.sumSeconds())
                .build()));
        return shown.build();
    }
}
