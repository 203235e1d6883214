package io.millrace.runtime.registry;

import io.millrace.core.scaling.CapacityRange;
import io.millrace.core.scaling.ScalableResource;
import io.millrace.core.scaling.Suspension;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Provisioned concurrency that is scaled (lambda-semantics 4.4). Immutable.
 *
 * @param id in its ARN; stays as long as it is registered
 * @param policy there is one metric, and so one policy at most
 * @param actions by name
 * @param registered when the range was last set by hand; a schedule leaves this as it is
 */
public record ScalableTarget(
        ScalableResource resource,
        String id,
        CapacityRange range,
        Suspension suspended,
        Optional<ScalingPolicy> policy,
        SortedMap<String, ScheduledAction> actions,
        Instant created,
        Instant registered) {

    public ScalableTarget {
        actions = Collections.unmodifiableSortedMap(new TreeMap<>(actions));
    }

    /** Without policy and schedule. */
    public static ScalableTarget registered(
            ScalableResource resource, String id, CapacityRange range, Suspension suspended, Instant now) {
        return new ScalableTarget(resource, id, range, suspended, Optional.empty(), new TreeMap<>(), now, now);
    }

    public ScalableTarget registeredAgain(CapacityRange newRange, Suspension newSuspension, Instant now) {
        return new ScalableTarget(resource, id, newRange, newSuspension, policy, actions, created, now);
    }

    /** As a schedule does it. */
    public ScalableTarget withRange(CapacityRange newRange) {
        return new ScalableTarget(resource, id, newRange, suspended, policy, actions, created, registered);
    }

    public ScalableTarget withPolicy(Optional<ScalingPolicy> newPolicy) {
        return new ScalableTarget(resource, id, range, suspended, newPolicy, actions, created, registered);
    }

    /** Inserts or replaces the one of this name. */
    public ScalableTarget withAction(ScheduledAction action) {
        SortedMap<String, ScheduledAction> more = new TreeMap<>(actions);
        more.put(action.name(), action);
        return withActions(more);
    }

    public ScalableTarget withoutAction(String name) {
        SortedMap<String, ScheduledAction> fewer = new TreeMap<>(actions);
        fewer.remove(name);
        return withActions(fewer);
    }

    private ScalableTarget withActions(SortedMap<String, ScheduledAction> newActions) {
        return new ScalableTarget(resource, id, range, suspended, policy, newActions, created, registered);
    }
}
