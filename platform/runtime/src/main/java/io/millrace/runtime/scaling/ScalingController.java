package io.millrace.runtime.scaling;

import static io.millrace.runtime.observe.LogKeys.CAPACITY;
import static io.millrace.runtime.observe.LogKeys.CAPACITY_BEFORE;
import static io.millrace.runtime.observe.LogKeys.FUNCTION;
import static io.millrace.runtime.observe.LogKeys.QUALIFIER;
import static io.millrace.runtime.observe.LogKeys.REASON;
import static io.millrace.runtime.observe.LogKeys.SCHEDULED_ACTION;

import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.concurrency.Usage;
import io.millrace.core.scaling.CapacityRange;
import io.millrace.core.scaling.ScalableResource;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionAdministrationException;
import io.millrace.runtime.registry.ProvisionedConcurrency;
import io.millrace.runtime.registry.Publications;
import io.millrace.runtime.registry.RegisteredFunction;
import io.millrace.runtime.registry.ScalableTarget;
import io.millrace.runtime.registry.ScalingShelf;
import io.millrace.runtime.registry.ScheduledAction;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The one loop that scales provisioned concurrency (lambda-semantics 4.4): looks about once per second at what is in
 * use, and at the end of each period does what policies ask for. One change of a target at a time; what is refused is
 * tried again with the next period. Thread-safe; its lock is held for arithmetic only, never for I/O. What it has
 * measured is in memory: a start begins with no datapoints and no cooldowns.
 */
public final class ScalingController {
    private static final Logger LOGGER = LoggerFactory.getLogger(ScalingController.class);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int SAMPLES_OF_A_SHORT_PERIOD = 10;

    private final Vertx vertx;
    private final ScalingShelf targets;
    private final FunctionAdministration functions;
    private final ConcurrencyLedger ledger;
    private final Duration period;
    private final InstantSource clock;
    private final Map<ScalableResource, TargetWatch> watches = new HashMap<>();
    private OptionalLong timer = OptionalLong.empty();
    private Instant lastLook;
    private Instant periodEnd;

    /**
     * @param period of one datapoint, at least 10 ms; a minute at Lambda
     * @param clock for periods, cooldowns and schedules
     */
    public ScalingController(
            Vertx vertx,
            ScalingShelf targets,
            FunctionAdministration functions,
            ConcurrencyLedger ledger,
            Duration period,
            InstantSource clock) {
        this.vertx = vertx;
        this.targets = targets;
        this.functions = functions;
        this.ledger = ledger;
        this.period = period;
        this.clock = clock;
        this.lastLook = clock.instant();
        this.periodEnd = lastLook.plus(period);
    }

    /** To be called once. Scheduled actions whose time came before are left out. */
    public synchronized void start() {
        lastLook = clock.instant();
        periodEnd = lastLook.plus(period);
        Duration shortPause = period.dividedBy(SAMPLES_OF_A_SHORT_PERIOD);
        long pause = (shortPause.compareTo(SECOND) < 0 ? shortPause : SECOND).toMillis();
        timer = OptionalLong.of(vertx.setPeriodic(pause, tick -> look()));
    }

    /** Starts no further change; completes when those under way have ended. */
    public synchronized Future<Void> close() {
        timer.ifPresent(vertx::cancelTimer);
        timer = OptionalLong.empty();
        return underWay();
    }

    /** Completes when the changes that have begun have ended, well or not. */
    synchronized Future<Void> underWay() {
        List<? extends Future<?>> changes =
                watches.values().stream().map(TargetWatch::change).toList();
        // How they ended has been logged.
        return Future.join(changes).<Void>mapEmpty().otherwiseEmpty();
    }

    /** One sample of all targets, and whatever is due. */
    synchronized void look() {
        Instant now = clock.instant();
        boolean periodEnds = !now.isBefore(periodEnd);
        List<ScalableTarget> all = targets.all();
        watches.keySet().retainAll(all.stream().map(ScalableTarget::resource).toList());
        for (ScalableTarget target : all) {
            TargetWatch watch = watches.computeIfAbsent(target.resource(), absent -> new TargetWatch(clock));
            look(target, watch, periodEnds, now);
        }
        lastLook = now;
        if (periodEnds) {
            periodEnd = now.plus(period);
        }
    }

    private void look(ScalableTarget target, TargetWatch watch, boolean periodEnds, Instant now) {
        watch.follow(target, lastLook);
        Optional<Publications> published =
                functions.find(target.resource().function()).map(RegisteredFunction::published);
        published.ifPresent(known -> watch.sample(usage(target.resource(), known)));
        OptionalInt capacity = capacity(target.resource(), published);
        OptionalInt asked = periodEnds ? watch.endPeriod(capacity, target.range()) : OptionalInt.empty();
        if (!watch.isBusy()) {
            act(target, watch, new Situation(capacity, asked, periodEnds, now));
        }
    }

    /**
     * @param capacity that is configured; empty where nothing is provisioned
     * @param asked by the policy
     */
    private record Situation(OptionalInt capacity, OptionalInt asked, boolean periodEnds, Instant now) {}

    private void act(ScalableTarget target, TargetWatch watch, Situation situation) {
        Optional<ScheduledAction> due = watch.takeDue(situation.now());
        if (due.isPresent() && !target.suspended().scheduled()) {
            run(target, watch, due.get());
            return;
        }
        OptionalInt fitting = watch.fit(situation.capacity(), target.range());
        if (fitting.isPresent()) {
            if (situation.periodEnds() || !watch.hasFailed()) {
                scale(target, watch, situation.capacity().orElse(0), fitting.getAsInt(), "range");
            }
            return;
        }
        if (situation.asked().isPresent()) {
            follow(
                    target,
                    watch,
                    situation.capacity().orElseThrow(),
                    situation.asked().getAsInt());
        }
    }

    private void follow(ScalableTarget target, TargetWatch watch, int from, int to) {
        boolean suspended =
                to > from ? target.suspended().scaleOut() : target.suspended().scaleIn();
        if (!suspended) {
            scale(target, watch, from, to, "utilisation").onSuccess(done -> tracked(watch, from, to));
        }
    }

    private synchronized void tracked(TargetWatch watch, int from, int to) {
        watch.tracked(from, to);
    }

    private Future<Void> scale(ScalableTarget target, TargetWatch watch, int from, int to, String reason) {
        ScalableResource resource = target.resource();
        Future<Void> change = Future.<Void>succeededFuture() // start inside a future: what is thrown is a failure too
                .compose(start -> set(resource, to))
                .onComplete(ended -> scaled(watch, resource, from, to, reason, ended.cause()));
        watch.changing(change);
        return change;
    }

    private Future<Void> set(ScalableResource resource, int environments) {
        return environments == 0
                ? functions.deleteProvisioned(resource.function(), resource.qualifier())
                : functions
                        .provision(resource.function(), resource.qualifier(), environments)
                        .mapEmpty();
    }

    private synchronized void scaled(
            TargetWatch watch,
            ScalableResource resource,
            int from,
            int to,
            String reason,
            @Nullable Throwable failure) {
        if (failure == null) {
            watch.succeeded();
            about(LOGGER.atInfo(), resource)
                    .addKeyValue(CAPACITY_BEFORE, from)
                    .addKeyValue(CAPACITY, to)
                    .addKeyValue(REASON, reason)
                    .log("provisioned concurrency scaled");
        } else if (watch.failed(to + ": " + failure)) {
            LoggingEventBuilder line = about(LOGGER.atWarn(), resource)
                    .addKeyValue(CAPACITY_BEFORE, from)
                    .addKeyValue(CAPACITY, to)
                    .addKeyValue(REASON, failure.getMessage());
            // A refusal says all in its message; anything else is worth its stack.
            (failure instanceof FunctionAdministrationException ? line : line.setCause(failure))
                    .log("provisioned concurrency not scaled, tried again each period");
        }
    }

    /** Sets the range; the next look brings the capacity into it. */
    private void run(ScalableTarget target, TargetWatch watch, ScheduledAction action) {
        ScalableResource resource = target.resource();
        int minimum = action.minimum().orElse(target.range().minimum());
        int maximum = action.maximum().orElse(target.range().maximum());
        if (minimum > maximum) {
            about(LOGGER.atWarn(), resource)
                    .addKeyValue(SCHEDULED_ACTION, action.name())
                    .addKeyValue(REASON, "minimum would be " + minimum + ", maximum " + maximum)
                    .log("scheduled action without effect");
            return;
        }
        CapacityRange range = new CapacityRange(minimum, maximum);
        watch.changing(vertx.executeBlocking(
                        () -> targets.change(resource, now -> now.map(known -> known.withRange(range))), false)
                .onComplete(ended -> ran(watch, resource, action, ended.cause())));
    }

    private synchronized void ran(
            TargetWatch watch, ScalableResource resource, ScheduledAction action, @Nullable Throwable failure) {
        if (failure == null) {
            watch.fitAlways();
            about(LOGGER.atInfo(), resource)
                    .addKeyValue(SCHEDULED_ACTION, action.name())
                    .log("scheduled action ran");
        } else {
            about(LOGGER.atError(), resource)
                    .addKeyValue(SCHEDULED_ACTION, action.name())
                    .setCause(failure)
                    .log("scheduled action failed");
        }
    }

    private static LoggingEventBuilder about(LoggingEventBuilder line, ScalableResource resource) {
        return line.addKeyValue(FUNCTION, resource.function()).addKeyValue(QUALIFIER, resource.qualifier());
    }

    private static OptionalInt capacity(ScalableResource resource, Optional<Publications> published) {
        return published
                .flatMap(known -> known.provisioned(resource.qualifier()))
                .map(ProvisionedConcurrency::requested)
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    /** Of all versions together that serve the qualifier. */
    private Usage usage(ScalableResource resource, Publications published) {
        Stream<String> versions = published
                .alias(resource.qualifier())
                .map(ScalingController::versions)
                .orElseGet(() -> Stream.of(resource.qualifier()));
        return versions.map(version -> ledger.usage(resource.function(), version))
                .reduce(new Usage(0, 0, 0, 0), ScalingController::sum);
    }

    private static Stream<String> versions(Alias alias) {
        return Stream.concat(
                Stream.of(alias.functionVersion()), alias.routing().map(Alias.Routing::additionalVersion).stream());
    }

    private static Usage sum(Usage one, Usage other) {
        return new Usage(
                one.requested() + other.requested(),
                one.available() + other.available(),
                one.inUse() + other.inUse(),
                one.spillOvers() + other.spillOvers());
    }
}
