package io.millrace.examples.earthquakes;

/** How much an event concerns people, least first. The bounds follow the words of the USGS on what is felt and breaks. */
public enum AlertLevel {
    /** Not an earthquake: answered, and nothing else. */
    IGNORED,
    /** Below 2.5: seldom felt. */
    NONE,
    /** From 2.5: often felt. */
    LOW,
    /** From 4.5: felt by all near it, little damage. */
    MODERATE,
    /** From 6.0: damage where people live. */
    HIGH;

    /** The level of an earthquake in a region; where no town is near, one lower. */
    static AlertLevel of(double magnitude, Region region) {
        boolean townNear = region.inhabited();
        if (magnitude < 2.5) {
            return NONE;
        }
        if (magnitude < 4.5) {
            return townNear ? LOW : NONE;
        }
        if (magnitude < 6.0) {
            return townNear ? MODERATE : LOW;
        }
        return townNear ? HIGH : MODERATE;
    }
}
