package io.millrace.runtime.mapping;

import io.millrace.runtime.observe.LogKeys;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a mapping shows of how it goes (lambda-semantics 3.3). Thread-safe. */
final class SourceHealth {
    private static final Logger LOGGER = LoggerFactory.getLogger(SourceHealth.class);

    private final EventSourceMapping mapping;
    private final MappingCounts counts;
    /** By what is away: a partition, or the source. */
    private final Map<String, String> troubles = new ConcurrentHashMap<>();

    SourceHealth(EventSourceMapping mapping, MappingCounts counts) {
        this.mapping = mapping;
        this.counts = counts;
    }

    /** Through all changes of the mapping; how the last batch ended is there too. */
    MappingCounts counts() {
        return counts;
    }

    void succeeded() {
        counts.lastResult("OK");
    }

    void failed() {
        counts.lastResult("PROBLEM: Function call failed");
    }

    /** @param what a partition, or the source's label */
    void away(String what, String reason) {
        if (troubles.put(what, reason) == null) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                    .addKeyValue(LogKeys.SOURCE, what)
                    .addKeyValue(LogKeys.REASON, reason)
                    .log("event source is away");
        }
    }

    void back(String what) {
        if (troubles.remove(what) != null) {
            LOGGER.atInfo()
                    .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                    .addKeyValue(LogKeys.SOURCE, what)
                    .log("event source is back");
        }
    }

    /** As Lambda words it; empty before the first. */
    Optional<String> lastResult() {
        return troubles.values().stream()
                .findFirst()
                .map(reason -> "PROBLEM: " + reason)
                .or(counts::lastResult);
    }
}
