package io.millrace.runtime.mapping;

import io.millrace.eventsource.SourceDescription;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What doors can ask about mappings and have done to them. Thread-safe; no method blocks. Futures fail with
 * {@link MappingRefusedException} for what the caller can act on, and with BrokerUnavailableException when the queue
 * cannot be looked up. A change is on disk when its future succeeds, and takes effect soon after.
 */
public interface MappingAdministration {

    /** From memory. */
    Optional<EventSourceMapping> find(String uuid);

    /** From memory, ordered by UUID. */
    List<EventSourceMapping> all();

    /** How the last batch ended, as Lambda words it; empty before the first. */
    Optional<String> lastResult(String uuid);

    /** Of all mappings, ordered by UUID. Does not fail. */
    Future<List<MappingStats>> stats();

    /**
     * From memory, ordered by key.
     *
     * @throws MappingRefusedException.MappingUnknown also while it is being deleted
     */
    Map<String, String> tags(String uuid);

    /**
     * Nothing else of the mapping changes.
     *
     * @param change of its tags as they are when it takes place; what it throws, fails the future
     * @return fails with MappingUnknown, also while it is being deleted
     */
    Future<Void> tag(String uuid, UnaryOperator<Map<String, String>> change);

    /**
     * @return the mapping, Creating or Disabled; fails with MappingExists, or as
     *     {@link SourcePollers#require} does
     */
    Future<EventSourceMapping> create(
            SourceDescription source, MappingSettings settings, boolean enabled, Map<String, String> tags);

    /**
     * Batches that run end as they began; then the change takes effect.
     *
     * @param change applied to the settings as they are when the change takes place; what it throws, fails the future
     * @param enabled empty leaves it as it is
     * @return the mapping, Updating, Enabling or Disabling; fails with MappingUnknown, MappingInUse or MappingExists
     */
    Future<EventSourceMapping> update(String uuid, UnaryOperator<MappingSettings> change, Optional<Boolean> enabled);

    /**
     * Batches that run end as they began; until then the mapping can be seen.
     *
     * @return the mapping, Deleting; fails with MappingUnknown or MappingInUse
     */
    Future<EventSourceMapping> delete(String uuid);
}
