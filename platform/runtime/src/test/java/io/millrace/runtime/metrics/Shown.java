package io.millrace.runtime.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Looks at what families show. */
final class Shown {
    private Shown() {}

    /** Of the only gauge of this name. */
    static double value(Families families, String name) {
        return values(families).entrySet().stream()
                .filter(each -> each.getKey().startsWith(name + "{"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** By name, without {@code _total}, and labels, as in {@code name{a=b,c=d}}. */
    static Map<String, Double> values(Families families) {
        Map<String, Double> values = new HashMap<>();
        for (MetricSnapshot family : families.snapshots()) {
            String name = family.getMetadata().getName();
            if (family instanceof GaugeSnapshot gauges) {
                gauges.getDataPoints().forEach(point -> values.put(name + of(point.getLabels()), point.getValue()));
            } else if (family instanceof CounterSnapshot counters) {
                counters.getDataPoints().forEach(point -> values.put(name + of(point.getLabels()), point.getValue()));
            } else if (family instanceof HistogramSnapshot histograms) {
                histograms.getDataPoints().forEach(point -> {
                    long count = point.getClassicBuckets().stream()
                            .mapToLong(bucket -> bucket.getCount())
                            .sum();
                    values.put(name + "_count" + of(point.getLabels()), (double) count);
                    values.put(name + "_sum" + of(point.getLabels()), point.getSum());
                });
            }
        }
        return values;
    }

    private static String of(Labels labels) {
        return labels.stream()
                .map(label -> label.getName() + "=" + label.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }
}
