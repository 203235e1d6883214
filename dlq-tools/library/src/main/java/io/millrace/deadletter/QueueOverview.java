package io.millrace.deadletter;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A dead-letter queue at a first look.
 *
 * @param origins the addresses whose dead letters the broker's settings send here, by name, 100 at most
 * @param oldest when the one at its head died, or was first seen where nobody recorded its death
 * @param arrivalsPerSecond while it was looked at
 */
public record QueueOverview(
        DeadLetterQueue queue, List<String> origins, Optional<Instant> oldest, double arrivalsPerSecond) {}
