package io.millrace.deadletter;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntToLongFunction;

/** What a job has done, by counting what is left, and not by adding up answers of which some never came. */
final class JobCounts {
    private JobCounts() {}

    /**
     * The job with the numbers of this instant.
     *
     * @param atLeast how many of a route are known to have been moved
     */
    static Future<JobRecord> count(JobTools tools, JobRecord job, IntToLongFunction atLeast) {
        return routes(tools, job, atLeast, 0, new ArrayList<>())
                .compose(routes -> returned(tools, job).map(returned -> job.counted(routes, returned)));
    }

    private static Future<List<JobRoute>> routes(
            JobTools tools, JobRecord job, IntToLongFunction atLeast, int at, List<JobRoute> done) {
        if (at == job.routes().size()) {
            return Future.succeededFuture(done);
        }
        JobRoute route = job.routes().get(at);
        return count(tools, job.order().queue(), job.found(route)).compose(remaining -> {
            done.add(route.counted(remaining, atLeast.applyAsLong(at)));
            return routes(tools, job, atLeast, at + 1, done);
        });
    }

    private static Future<Long> returned(JobTools tools, JobRecord job) {
        String selector = job.cutOff().returned();
        return count(tools, job.order().queue(), new Selection(Set.of(), Optional.empty(), Optional.of(selector)));
    }

    /** Of those moved, how many nobody has taken yet from the queues they went to. */
    static Future<Long> waiting(JobTools tools, JobRecord job) {
        Future<Long> sum = Future.succeededFuture(0L);
        for (JobRoute route : job.routesByTarget()) {
            sum = sum.compose(before -> Answers.inTime(tools.room().find(route.target()), tools.broker())
                    .compose(found -> found.isEmpty()
                            ? Future.succeededFuture(before)
                            : count(tools, route.target(), job.waiting(route)).map(more -> before + more)));
        }
        return sum;
    }

    static Future<Long> count(JobTools tools, String queue, Selection selection) {
        return tools.counting().count(queue, selection);
    }
}
