package io.millrace.runtime.schedule;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * What doors can ask about schedules and have done to them. Thread-safe; no method blocks. Futures fail with
 * {@link ScheduleRefusedException} for what the caller can act on. A change is on disk when its future succeeds, and
 * takes effect as soon as the broker has its token.
 */
public interface ScheduleAdministration {

    /** From memory. */
    Optional<Schedule> find(ScheduleKey key);

    /** From memory, ordered by group and name. */
    List<Schedule> all();

    /**
     * @param clientToken a second request with the same one, for the same key, changes nothing
     * @return fails with GroupUnknown, ScheduleExists or Invalid
     */
    Future<Schedule> create(ScheduleKey key, ScheduleSettings settings, Optional<String> clientToken);

    /** Replaces all of its settings; what was due before and has not happened is left out. Fails with ScheduleUnknown or Invalid. */
    Future<Schedule> update(ScheduleKey key, ScheduleSettings settings);

    /** Fails with ScheduleUnknown. */
    Future<Void> delete(ScheduleKey key);

    /** From memory, ordered by name, the default one included. */
    List<ScheduleGroup> groups();

    /** From memory. */
    Optional<ScheduleGroup> findGroup(String name);

    /** Fails with GroupExists. */
    Future<ScheduleGroup> createGroup(String name);

    /** With all its schedules. Fails with GroupUnknown, or Invalid for the default one. */
    Future<Void> deleteGroup(String name);
}
