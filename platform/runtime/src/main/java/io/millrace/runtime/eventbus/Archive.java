package io.millrace.runtime.eventbus;

import java.time.Instant;
import java.util.Optional;

/**
 * Keeps the events of a bus.
 *
 * @param pattern a valid one; empty keeps all
 * @param retentionDays 0 keeps them for ever
 */
public record Archive(
        String name, String bus, String description, Optional<String> pattern, int retentionDays, Instant created) {}
