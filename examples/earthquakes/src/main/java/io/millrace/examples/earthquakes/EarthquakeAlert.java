package io.millrace.examples.earthquakes;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a function answers to one event.
 *
 * @param magnitude as reported; null only where the event is ignored and had none
 * @param coordinates longitude, latitude, depth as reported; empty when the event had no geometry
 */
public record EarthquakeAlert(
        String id, String region, @Nullable Double magnitude, AlertLevel level, List<Double> coordinates) {
    static EarthquakeAlert of(Earthquake event, AlertLevel level) {
        Earthquake.Geometry geometry = event.geometry();
        return new EarthquakeAlert(
                event.id(),
                Region.of(event.properties().place()).name(),
                event.properties().mag(),
                level,
                geometry == null ? List.of() : geometry.coordinates());
    }
}
