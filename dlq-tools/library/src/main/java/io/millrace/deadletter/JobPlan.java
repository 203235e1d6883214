package io.millrace.deadletter;

import java.util.List;

/**
 * What a job would do, by the counts of this instant.
 *
 * @param withoutOrigin of the matching ones, those left where they are, because nobody wrote down where they died
 */
public record JobPlan(DeadLetterQueue queue, JobRequest request, List<JobRoute> routes, long withoutOrigin) {
    public JobPlan {
        routes = List.copyOf(routes);
    }

    public long planned() {
        return routes.stream().mapToLong(JobRoute::planned).sum();
    }
}
