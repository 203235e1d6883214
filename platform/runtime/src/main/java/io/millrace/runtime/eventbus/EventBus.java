package io.millrace.runtime.eventbus;

import java.time.Instant;

/**
 * @param name 1 to 256 of letters, digits, {@code .}, {@code -} and {@code _}
 * @param description for people; may be empty
 */
public record EventBus(String name, String description, Instant created, Instant modified) {
    /** The one that is always there. */
    public static final String DEFAULT = "default";
}
