package io.millrace.runtime.scaling;

import io.millrace.core.concurrency.Usage;
import io.millrace.core.scaling.CapacityRange;
import io.millrace.core.scaling.Datapoint;
import io.millrace.core.scaling.TargetTracking;
import io.millrace.core.scaling.TargetTrackingPolicy;
import io.millrace.runtime.registry.ScalableTarget;
import io.millrace.runtime.registry.ScalingPolicy;
import io.millrace.runtime.registry.ScheduledAction;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What is known of one target beyond what is stored. Guarded by the controller's lock. */
final class TargetWatch {
    private final InstantSource clock;
    private final Map<String, Plan> plans = new HashMap<>();
    private Optional<TargetTrackingPolicy> policy = Optional.empty();
    private Optional<TargetTracking> tracking = Optional.empty();
    private Optional<Datapoint> busiest = Optional.empty();
    private Optional<Instant> registered = Optional.empty();
    private Fit fit = Fit.DONE;
    private Optional<String> lastFailure = Optional.empty();
    private Future<?> change = Future.succeededFuture();

    TargetWatch(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether the capacity must be brought into the range. */
    private enum Fit {
        DONE,
        /** After a registration: only what is provisioned is scaled. */
        IF_PROVISIONED,
        /** After a scheduled action: also what is not, as that is how a schedule switches it on. */
        ALWAYS
    }

    private record Plan(ScheduledAction action, Optional<Instant> next) {
        static Plan of(ScheduledAction action, Instant after) {
            return new Plan(action, Schedule.next(action, after));
        }
    }

    /** @param since when was looked the last time; an action that came after it may be due already */
    void follow(ScalableTarget target, Instant since) {
        Optional<TargetTrackingPolicy> wanted = target.policy().map(ScalingPolicy::tracking);
        if (!wanted.equals(policy)) {
            policy = wanted;
            tracking = wanted.map(rules -> new TargetTracking(rules, clock));
        }
        if (registered.filter(target.registered()::equals).isEmpty()) {
            registered = Optional.of(target.registered());
            fit = fit == Fit.ALWAYS ? Fit.ALWAYS : Fit.IF_PROVISIONED;
            lastFailure = Optional.empty();
        }
        plans.keySet().retainAll(target.actions().keySet());
        target.actions().values().forEach(action -> plan(action, since));
    }

    private void plan(ScheduledAction action, Instant since) {
        Plan known = plans.get(action.name());
        if (known == null || !known.action().equals(action)) {
            plans.put(action.name(), Plan.of(action, since));
        }
    }

    void sample(Usage usage) {
        if (usage.available() == 0) {
            return;
        }
        // Attempts may outlast environments that were taken away; more than all are not in use.
        Datapoint sample = new Datapoint(Math.min(usage.inUse(), usage.available()), usage.available());
        if (busiest.filter(known -> !sample.isBusierThan(known)).isEmpty()) {
            busiest = Optional.of(sample);
        }
    }

    /** @return what the policy asks for; empty also where nothing was provisioned or there is no policy */
    OptionalInt endPeriod(OptionalInt capacity, CapacityRange range) {
        Optional<Datapoint> datapoint = busiest;
        busiest = Optional.empty();
        if (capacity.isEmpty() || datapoint.isEmpty() || tracking.isEmpty()) {
            return OptionalInt.empty();
        }
        return tracking.get().next(datapoint.get(), capacity.getAsInt(), range);
    }

    /** The action that is due for the longest time; it is then planned for its next time. */
    Optional<ScheduledAction> takeDue(Instant now) {
        Optional<ScheduledAction> due = plans.values().stream()
                .filter(plan -> plan.next().filter(next -> !next.isAfter(now)).isPresent())
                .min(Comparator.comparing(plan -> plan.next().orElseThrow()))
                .map(Plan::action);
        due.ifPresent(action -> plans.put(action.name(), Plan.of(action, now)));
        return due;
    }

    /** The range was set by a schedule. */
    void fitAlways() {
        fit = Fit.ALWAYS;
        lastFailure = Optional.empty();
    }

    /** @return a capacity within the range where there must be another one; empty when that is done */
    OptionalInt fit(OptionalInt capacity, CapacityRange range) {
        int current = capacity.orElse(0);
        int wanted = range.nearest(current);
        boolean mayChange = fit == Fit.ALWAYS || (fit == Fit.IF_PROVISIONED && capacity.isPresent());
        if (!mayChange || wanted == current) {
            fit = Fit.DONE;
            return OptionalInt.empty();
        }
        return OptionalInt.of(wanted);
    }

    boolean isBusy() {
        return !change.isComplete();
    }

    boolean hasFailed() {
        return lastFailure.isPresent();
    }

    Future<?> change() {
        return change;
    }

    void changing(Future<?> under) {
        change = under;
    }

    /** By the policy, which starts its cooldown. */
    void tracked(int from, int to) {
        tracking.ifPresent(rules -> rules.changed(from, to));
    }

    void succeeded() {
        lastFailure = Optional.empty();
    }

    /** Whether it is another failure than the last one. */
    boolean failed(String failure) {
        boolean isNews = lastFailure.filter(failure::equals).isEmpty();
        lastFailure = Optional.of(failure);
        return isNews;
    }
}
