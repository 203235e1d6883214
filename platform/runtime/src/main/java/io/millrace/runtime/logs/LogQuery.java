package io.millrace.runtime.logs;

import java.time.Instant;
import java.util.Optional;

/**
 * Which lines of a function somebody wants to see, oldest first.
 *
 * @param after where to begin; {@link LogCursor#START} for the oldest line there is
 * @param requestId of one invocation only
 * @param since not older than this
 * @param limit at most so many, at least 1
 */
public record LogQuery(LogCursor after, Optional<String> requestId, Optional<Instant> since, int limit) {}
