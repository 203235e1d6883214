package io.millrace.runtime.scaling;

import io.millrace.core.scaling.CapacityRange;
import io.millrace.core.scaling.ScalableResource;
import io.millrace.core.scaling.Suspension;
import io.millrace.core.scaling.TargetTrackingPolicy;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.Publications;
import io.millrace.runtime.registry.ScalableTarget;
import io.millrace.runtime.registry.ScalingPolicy;
import io.millrace.runtime.registry.ScalingShelf;
import io.millrace.runtime.registry.ScheduledAction;
import io.millrace.runtime.scaling.ActionChange.Bounds;
import io.millrace.runtime.scaling.ScalingRefusedException.ActionUnknown;
import io.millrace.runtime.scaling.ScalingRefusedException.Invalid;
import io.millrace.runtime.scaling.ScalingRefusedException.PolicyUnknown;
import io.millrace.runtime.scaling.ScalingRefusedException.TargetUnknown;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * What doors can ask about scaling and have done to it. Thread-safe; no method blocks. Futures fail with
 * {@link ScalingRefusedException} for what the caller can act on; a change either takes place as a whole or not at all.
 */
public final class ScalingAdministration {
    private final Vertx vertx;
    private final ScalingShelf targets;
    private final FunctionAdministration functions;
    private final InstantSource clock;

    /** @param clock for the time of changes */
    public ScalingAdministration(
            Vertx vertx, ScalingShelf targets, FunctionAdministration functions, InstantSource clock) {
        this.vertx = vertx;
        this.targets = targets;
        this.functions = functions;
        this.clock = clock;
    }

    /** From memory, ordered by function and qualifier. */
    public List<ScalableTarget> all() {
        return targets.all();
    }

    /**
     * Registers or changes. The controller then brings a capacity that is provisioned into the range.
     *
     * @return fails with Invalid where there is no such version or alias, or no range
     */
    public Future<ScalableTarget> register(ScalableResource resource, Registration wanted) {
        return change(resource, before -> Optional.of(registered(resource, before, wanted)))
                .map(Optional::orElseThrow);
    }

    private ScalableTarget registered(ScalableResource resource, Optional<ScalableTarget> before, Registration wanted) {
        requireExisting(resource);
        CapacityRange range = range(wanted.minimum(), wanted.maximum(), before.map(ScalableTarget::range));
        Suspension suspended = wanted.suspended()
                .orElseGet(() -> before.map(ScalableTarget::suspended).orElse(Suspension.NONE));
        return before.map(target -> target.registeredAgain(range, suspended, now()))
                .orElseGet(() -> ScalableTarget.registered(
                        resource, UUID.randomUUID().toString().replace("-", ""), range, suspended, now()));
    }

    private void requireExisting(ScalableResource resource) {
        boolean exists = functions
                .find(resource.function())
                .filter(function -> isKnown(function.published(), resource.qualifier()))
                .isPresent();
        if (!exists) {
            throw new Invalid("ResourceId is '" + resource + "', expected a published version or an alias that exists");
        }
    }

    private static boolean isKnown(Publications published, String qualifier) {
        return published.version(qualifier).isPresent()
                || published.alias(qualifier).isPresent();
    }

    private static CapacityRange range(OptionalInt minimum, OptionalInt maximum, Optional<CapacityRange> before) {
        if (before.isEmpty() && (minimum.isEmpty() || maximum.isEmpty())) {
            throw new Invalid("MinCapacity and MaxCapacity are expected when a scalable target is registered first");
        }
        int low = minimum.orElseGet(() -> before.orElseThrow().minimum());
        int high = maximum.orElseGet(() -> before.orElseThrow().maximum());
        if (low > high) {
            throw new Invalid("Maximum capacity cannot be less than minimum capacity: MinCapacity is " + low
                    + ", MaxCapacity is " + high);
        }
        return new CapacityRange(low, high);
    }

    /** With its policy and its scheduled actions; fails with TargetUnknown. What is provisioned stays as it is. */
    public Future<Void> deregister(ScalableResource resource) {
        return change(resource, before -> {
                    existing(resource, before);
                    return Optional.empty();
                })
                .mapEmpty();
    }

    /** Inserts or replaces; fails with TargetUnknown, or Invalid for a second one of another name. */
    public Future<ScalingPolicy> putPolicy(ScalableResource resource, String name, TargetTrackingPolicy tracking) {
        return change(resource, before -> Optional.of(withPolicy(existing(resource, before), name, tracking)))
                .map(after -> after.flatMap(ScalableTarget::policy).orElseThrow());
    }

    private ScalableTarget withPolicy(ScalableTarget target, String name, TargetTrackingPolicy tracking) {
        Optional<ScalingPolicy> before = target.policy();
        if (before.isPresent() && !before.get().name().equals(name)) {
            throw new Invalid("Only one TargetTrackingScaling policy for a given metric specification is allowed;"
                    + " the policy is '" + before.get().name() + "', PolicyName is '" + name + "'");
        }
        return target.withPolicy(Optional.of(new ScalingPolicy(
                name,
                before.map(ScalingPolicy::id).orElseGet(ScalingAdministration::newId),
                tracking,
                before.map(ScalingPolicy::created).orElseGet(this::now))));
    }

    /** Fails with PolicyUnknown. */
    public Future<Void> deletePolicy(ScalableResource resource, String name) {
        return change(resource, before -> before.filter(target -> target.policy()
                                .filter(policy -> policy.name().equals(name))
                                .isPresent())
                        .map(target -> Optional.of(target.withPolicy(Optional.empty())))
                        .orElseThrow(() -> new PolicyUnknown(resource, name)))
                .mapEmpty();
    }

    /** Inserts or changes; fails with TargetUnknown, or Invalid for a schedule that is none or has passed. */
    public Future<Void> putAction(ScalableResource resource, String name, ActionChange wanted) {
        return change(resource, before -> {
                    ScalableTarget target = existing(resource, before);
                    Optional<ScheduledAction> known =
                            Optional.ofNullable(target.actions().get(name));
                    return Optional.of(target.withAction(checked(changed(name, known, wanted))));
                })
                .mapEmpty();
    }

    private ScheduledAction changed(String name, Optional<ScheduledAction> before, ActionChange wanted) {
        return new ScheduledAction(
                name,
                before.map(ScheduledAction::id).orElseGet(ScalingAdministration::newId),
                wanted.schedule()
                        .or(() -> before.map(ScheduledAction::schedule))
                        .orElseThrow(() -> new Invalid("Schedule is expected for a new scheduled action")),
                wanted.timeZone().or(() -> before.flatMap(ScheduledAction::timeZone)),
                wanted.start(),
                wanted.end(),
                bound(wanted.bounds().map(Bounds::minimum), before.map(ScheduledAction::minimum)),
                bound(wanted.bounds().map(Bounds::maximum), before.map(ScheduledAction::maximum)),
                before.map(ScheduledAction::created).orElseGet(this::now));
    }

    private static OptionalInt bound(Optional<OptionalInt> wanted, Optional<OptionalInt> before) {
        return wanted.or(() -> before).orElse(OptionalInt.empty());
    }

    private ScheduledAction checked(ScheduledAction action) {
        OptionalInt low = action.minimum();
        OptionalInt high = action.maximum();
        if (low.isEmpty() && high.isEmpty()) {
            throw new Invalid("ScalableTargetAction is empty, expected MinCapacity, MaxCapacity or both");
        }
        if (low.isPresent() && high.isPresent()) {
            range(low, high, Optional.empty());
        }
        if (nextRun(action).isEmpty()) {
            throw new Invalid("Schedule is '" + action.schedule() + "', expected one with a time to come"
                    + action.end().map(end -> " before EndTime " + end).orElse(""));
        }
        return action;
    }

    private Optional<Instant> nextRun(ScheduledAction action) {
        try {
            return Schedule.next(action, now());
        } catch (IllegalArgumentException noSchedule) {
            throw new Invalid(String.valueOf(noSchedule.getMessage()));
        }
    }

    /** Fails with ActionUnknown. */
    public Future<Void> deleteAction(ScalableResource resource, String name) {
        return change(resource, before -> before.filter(
                                target -> target.actions().containsKey(name))
                        .map(target -> Optional.of(target.withoutAction(name)))
                        .orElseThrow(() -> new ActionUnknown(resource, name)))
                .mapEmpty();
    }

    private Future<Optional<ScalableTarget>> change(
            ScalableResource resource, UnaryOperator<Optional<ScalableTarget>> change) {
        return vertx.executeBlocking(() -> targets.change(resource, change), false);
    }

    private static ScalableTarget existing(ScalableResource resource, Optional<ScalableTarget> target) {
        return target.orElseThrow(() -> new TargetUnknown(resource));
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }

    /** What the database keeps of an instant. */
    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }
}
