package io.millrace.runtime.mapping;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a mapping does.
 *
 * @param backlog messages in its queue, those that run too; empty where that is not known
 * @param lastResult how the last batch ended, as Lambda words it; empty before the first
 */
public record MappingStats(
        EventSourceMapping mapping, MappingCounts.Snapshot counts, OptionalLong backlog, Optional<String> lastResult) {}
