package io.millrace.runtime.mapping;

/** Where a mapping is between its changes (lambda-semantics 3.3). */
public enum MappingState {
    CREATING("Creating"),
    ENABLING("Enabling"),
    ENABLED("Enabled"),
    DISABLING("Disabling"),
    DISABLED("Disabled"),
    UPDATING("Updating"),
    DELETING("Deleting");

    private final String wireName;

    MappingState(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    static MappingState lasting(boolean enabled) {
        return enabled ? ENABLED : DISABLED;
    }

    /** Whether it may be changed now. */
    boolean isLasting() {
        return this == ENABLED || this == DISABLED;
    }
}
