package io.millrace.runtime.metrics;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;

/** Looks at what families show. */
final class Shown {
    private Shown() {}

    /** Of the only gauge of this name. */
    static double value(Families families, String name) {
        return families.snapshots().stream()
                .filter(GaugeSnapshot.class::isInstance)
                .map(GaugeSnapshot.class::cast)
                .filter(family -> family.getMetadata().getName().equals(name))
                .flatMap(family -> family.getDataPoints().stream())
                .mapToDouble(GaugeSnapshot.GaugeDataPointSnapshot::getValue)
                .sum();
    }
}
