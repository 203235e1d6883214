package io.millrace.runtime.mapping;

import io.millrace.eventsource.SourceDescription;
import java.time.Instant;

/**
 * One source that feeds one function.
 *
 * @param uuid its name, 36 characters
 * @param enabled whether it shall be polled; {@code state} follows
 * @param lastModified in milliseconds, by a caller
 */
public record EventSourceMapping(
        String uuid,
        SourceDescription source,
        MappingSettings settings,
        boolean enabled,
        MappingState state,
        Instant lastModified) {

    EventSourceMapping in(MappingState newState) {
        return new EventSourceMapping(uuid, source, settings, enabled, newState, lastModified);
    }
}
