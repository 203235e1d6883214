package io.millrace.deadletter;

import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Finds out which dead letters go where. Reads only. */
final class JobPlanner {
    private final JobTools tools;
    private final AsyncDeadLetters letters;

    JobPlanner(JobTools tools, AsyncDeadLetters letters) {
        this.tools = tools;
        this.letters = letters;
    }

    /** @param qualifier the version or alias that is to run them; empty where they keep their own */
    record Target(String queue, String qualifier) {}

    /** Those that go to one queue each, and how many have no origin. */
    record Found(List<JobRoute> routes, long withoutOrigin) {}

    /** @param selection which dead letters */
    Future<Found> routes(DeadLetterQueue queue, JobRequest request, Selection selection) {
        return routes(queue, request, tools.counting().of(queue.name(), selection));
    }

    Future<Found> routes(DeadLetterQueue queue, JobRequest request, MatchCounts counts) {
        return target(queue, request)
                .compose(target -> target.isPresent()
                        ? counts.all().map(count -> to(target.get(), count, request))
                        : counts.byOrigin().map(byOrigin -> toOrigins(new TreeMap<>(byOrigin), request.max())));
    }

    private static Found to(Target target, long count, JobRequest request) {
        long planned = Math.min(count, request.max());
        return new Found(
                count == 0
                        ? List.of()
                        : List.of(new JobRoute("", target.queue(), target.qualifier(), count, planned, 0, "")),
                0);
    }

    private static Found toOrigins(Map<String, Long> counts, long max) {
        long withoutOrigin = counts.getOrDefault("", 0L);
        List<JobRoute> routes = new ArrayList<>();
        long left = max;
        for (Map.Entry<String, Long> origin : counts.entrySet()) {
            long planned = Math.min(origin.getValue(), left);
            if (!origin.getKey().isEmpty() && planned > 0) {
                routes.add(new JobRoute(origin.getKey(), origin.getKey(), "", origin.getValue(), planned, 0, ""));
                left -= planned;
            }
        }
        return new Found(routes, withoutOrigin);
    }

    // A function's dead letters go back to it, whichever of its queues they died in.
    Future<Optional<Target>> target(DeadLetterQueue queue, JobRequest request) {
        if (request.to().isPresent()) {
            return named(request.to().get()).map(Optional::of);
        }
        return queue.function().isEmpty()
                ? Future.succeededFuture(Optional.empty())
                : exists(Topology.invokeAddress(queue.function().get()))
                        .map(found -> found.map(name -> new Target(name, "")));
    }

    private Future<Target> named(String to) {
        int colon = to.indexOf(':');
        boolean withVersion = colon > 0 && !to.contains("::");
        String function = withVersion ? to.substring(0, colon) : to;
        Future<Optional<String>> ofFunction =
                FunctionName.PATTERN.matcher(function).matches()
                        ? exists(Topology.invokeAddress(new FunctionName(function)))
                        : Future.succeededFuture(Optional.empty());
        return ofFunction.compose(invoke -> {
            if (invoke.isPresent()) {
                return Future.succeededFuture(new Target(invoke.get(), withVersion ? to.substring(colon + 1) : ""));
            }
            if (withVersion) {
                return Future.failedFuture(new PreflightException(
                        "there is no function '" + function + "' at " + tools.broker() + "; nothing was moved"));
            }
            return Future.succeededFuture(new Target(to, ""));
        });
    }

    private Future<Optional<String>> exists(String queue) {
        return Answers.inTime(tools.room().find(queue), tools.broker()).map(found -> found.map(state -> queue));
    }

    /**
     * When the last of those that lie there now died, by the clocks of workers, one of which may be ahead of ours.
     *
     * @param now in milliseconds since 1970, before anything was counted
     */
    Future<Long> lastDeath(DeadLetterQueue queue, JobOrder order, Instant now) {
        AtomicLong last = new AtomicLong(now.toEpochMilli());
        Selection later = order.and(EventProperties.DIED_AT + " > " + now.toEpochMilli());
        return letters.look(queue, later, Look.HEADS, letter -> letter.cause()
                        .or(letter::earlierCause)
                        .ifPresent(cause -> last.accumulateAndGet(cause.diedAt().toEpochMilli(), Math::max)))
                .map(end -> last.get());
    }
}
