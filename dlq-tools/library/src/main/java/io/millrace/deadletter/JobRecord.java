package io.millrace.deadletter;

import io.millrace.broker.envelope.EventProperties;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A redrive job as it is written down at the broker (docs/adr/0014). Times in milliseconds since 1970.
 *
 * @param version grows with every change
 * @param endedAt 0 while it is not over
 * @param withoutOrigin of those that matched, how many stayed, because nobody wrote down where they died
 * @param returned how many of the moved had come back dead
 * @param undone how many an undo brought back
 * @param undoneFrom messages that an undo took out of a queue, by its name; the server tells them from lost ones by it
 * @param outcome in words; empty while nothing is worth saying
 */
public record JobRecord(
        String id,
        long version,
        JobState state,
        JobOrder order,
        CutOff cutOff,
        List<JobRoute> routes,
        long withoutOrigin,
        long returned,
        long undone,
        Map<String, Long> undoneFrom,
        long startedAt,
        long updatedAt,
        long endedAt,
        String outcome) {
    public JobRecord {
        routes = List.copyOf(routes);
        undoneFrom = undoneFrom == null ? Map.of() : Map.copyOf(undoneFrom); // An earlier version did not write it.
    }

    static JobRecord begun(String id, JobOrder order, CutOff cutOff, JobPlanner.Found found) {
        long now = Instant.now().toEpochMilli();
        return new JobRecord(
                id,
                0,
                JobState.RUNNING,
                order,
                cutOff,
                found.routes(),
                found.withoutOrigin(),
                0,
                0,
                Map.of(),
                now,
                now,
                0,
                "");
    }

    public long planned() {
        return routes.stream().mapToLong(JobRoute::planned).sum();
    }

    public long moved() {
        return routes.stream().mapToLong(JobRoute::moved).sum();
    }

    /** One for each queue they go to. */
    List<JobRoute> routesByTarget() {
        Map<String, JobRoute> first = new LinkedHashMap<>();
        routes.forEach(route -> first.putIfAbsent(route.target(), route));
        return List.copyOf(first.values());
    }

    JobRecord next() {
        return new JobRecord(
                id,
                version + 1,
                state,
                order,
                cutOff,
                routes,
                withoutOrigin,
                returned,
                undone,
                undoneFrom,
                startedAt,
                Instant.now().toEpochMilli(),
                endedAt,
                outcome);
    }

    JobRecord counted(List<JobRoute> newRoutes, long newReturned) {
        return new JobRecord(
                id,
                version,
                state,
                order,
                cutOff,
                newRoutes,
                withoutOrigin,
                newReturned,
                undone,
                undoneFrom,
                startedAt,
                updatedAt,
                endedAt,
                outcome);
    }

    JobRecord in(JobState newState, String newOutcome) {
        return new JobRecord(
                id,
                version,
                newState,
                order,
                cutOff,
                routes,
                withoutOrigin,
                returned,
                undone,
                undoneFrom,
                startedAt,
                updatedAt,
                newState.isOver() ? Instant.now().toEpochMilli() : 0,
                newOutcome);
    }

    /** @param number up to which an earlier job had taken all */
    JobRecord after(long number) {
        return new JobRecord(
                id,
                version,
                state,
                order,
                new CutOff(cutOff.number(), cutOff.diedAt(), number),
                routes,
                withoutOrigin,
                returned,
                undone,
                undoneFrom,
                startedAt,
                updatedAt,
                endedAt,
                outcome);
    }

    // What held a route may be mended by now.
    JobRecord resumed() {
        List<JobRoute> going = routes.stream().map(route -> route.held("")).toList();
        return in(JobState.RUNNING, "").counted(going, returned);
    }

    /** @param from messages that were taken out of each queue */
    JobRecord undone(long more, Map<String, Long> from) {
        Map<String, Long> all = new HashMap<>(undoneFrom);
        from.forEach((queue, messages) -> all.merge(queue, messages, Long::sum));
        return new JobRecord(
                id,
                version,
                state,
                order,
                cutOff,
                routes,
                withoutOrigin,
                returned,
                undone + more,
                all,
                startedAt,
                updatedAt,
                endedAt,
                outcome);
    }

    /** In its dead-letter queue: those of a route that are still to go. */
    Selection found(JobRoute route) {
        String origin =
                route.origin().isEmpty() ? "" : EventProperties.ORIGIN_QUEUE + " = " + Selection.quoted(route.origin());
        return order.and(Selectors.all(origin, cutOff.found()));
    }

    /** In the queue they went to: those that nobody has taken yet. */
    Selection waiting(JobRoute route) {
        return route.qualifier().isEmpty()
                ? order.and(cutOff.waiting(new DeadLetterQueueName(order.queue())))
                : order.and(Stamping.JOB + " = " + Selection.quoted(id));
    }
}
