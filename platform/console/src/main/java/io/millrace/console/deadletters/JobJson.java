package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.JobNow;
import io.millrace.deadletter.JobProgress;
import io.millrace.deadletter.JobRecord;
import io.millrace.deadletter.JobRoute;
import io.millrace.deadletter.JobState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Redrive jobs as the page gets them; the names are those of {@code millrace dlq jobs --json}. */
final class JobJson {
    private JobJson() {}

    /** @param progress of the driver, where it is this server: newer than the record */
    static ObjectNode of(JobRecord job, @Nullable JobProgress progress) {
        ObjectNode node = Words.object()
                .put("job", job.id())
                .put("state", job.state().name())
                .put("queue", job.order().queue())
                .put("selection", job.order().selection())
                .put("by", job.order().by())
                .put("reason", job.order().reason())
                .put("startedAt", time(job.startedAt()))
                .put("updatedAt", time(job.updatedAt()))
                .put("endedAt", job.endedAt() == 0 ? null : time(job.endedAt()))
                .put("planned", job.planned())
                .put("moved", progress == null ? job.moved() : Math.max(job.moved(), progress.moved()))
                .put("returned", progress == null ? job.returned() : Math.max(job.returned(), progress.returned()))
                .put("undone", job.undone())
                .put("held", held(job))
                .put("withoutOrigin", job.withoutOrigin())
                .put("outcome", job.outcome())
                .put("ratePerSecond", progress == null ? null : progress.perSecond())
                .put(
                        "limitPerSecond",
                        job.order().pace().perSecond() == 0
                                ? null
                                : job.order().pace().perSecond());
        ArrayNode routes = node.putArray("targets");
        for (JobRoute route : job.routes()) {
            routes.addObject()
                    .put("target", route.target())
                    .put("qualifier", route.qualifier().isEmpty() ? null : route.qualifier())
                    .put("planned", route.planned())
                    .put("moved", route.moved())
                    .put("held", route.held().isEmpty() ? null : route.held());
        }
        return node;
    }

    private static long held(JobRecord job) {
        return job.routes().stream()
                .filter(route -> !route.held().isEmpty())
                .mapToLong(JobRoute::left)
                .sum();
    }

    /**
     * What only counting at the broker tells. Resolved are those that neither wait nor came back nor were brought back:
     * nobody counts them, they are what is left over.
     */
    static void addNow(ObjectNode node, JobNow now, boolean drivenHere) {
        long moved = node.path("moved").asLong();
        long returned = node.path("returned").asLong();
        long waiting = Math.min(now.waiting(), moved);
        node.put("driven", drivenHere || (now.driven() && now.job().state() == JobState.RUNNING))
                .put("drivenHere", drivenHere)
                .put("waiting", waiting)
                .put(
                        "resolved",
                        Math.max(0, moved - waiting - returned - now.job().undone()));
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
