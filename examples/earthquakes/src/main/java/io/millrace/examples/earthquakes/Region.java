package io.millrace.examples.earthquakes;

import org.jspecify.annotations.Nullable;

/**
 * The region of a feed's place: the text after its last comma.
 *
 * @param inhabited whether the place is told from a town ({@code 4km W of Castaic, CA}); {@code Banda Sea} is not
 */
record Region(String name, boolean inhabited) {
    /** What we do not know counts as inhabited: better one alert too high than one too low. */
    private static final Region UNKNOWN = new Region("unknown", true);

    static Region of(@Nullable String place) {
        if (place == null) {
            return UNKNOWN;
        }
        int comma = place.lastIndexOf(',');
        String name = place.substring(comma + 1).strip();
        return name.isEmpty() ? UNKNOWN : new Region(name, comma >= 0);
    }
}
