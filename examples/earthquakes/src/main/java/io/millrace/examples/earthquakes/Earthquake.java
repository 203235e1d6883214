package io.millrace.examples.earthquakes;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One feature of the USGS GeoJSON feed, by the feed's own names; what we do not name here is skipped by the JSON mapper.
 *
 * @param id network and event code, such as {@code ci37868143}
 */
public record Earthquake(String id, Properties properties, @Nullable Geometry geometry) {
    public Earthquake {
        Objects.requireNonNull(id, "id of the earthquake event is missing");
        Objects.requireNonNull(properties, "properties of the earthquake event are missing");
    }

    /**
     * @param mag magnitude, about -1 to 10; below zero for what only a close seismometer notices. The feed allows null
     * @param place where, in words: {@code 4km W of Castaic, CA} or only {@code Banda Sea}
     * @param type {@code earthquake}, but also {@code explosion}, {@code quarry blast} and others
     */
    public record Properties(@Nullable Double mag, @Nullable String place, @Nullable String type) {}

    /** @param coordinates longitude and latitude in degrees, then depth in kilometres */
    public record Geometry(List<Double> coordinates) {}
}
