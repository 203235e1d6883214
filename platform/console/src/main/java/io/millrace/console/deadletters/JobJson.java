package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.DeadLetterJson;
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
        ObjectNode node = DeadLetterJson.of(job)
                .put("updatedAt", Instant.ofEpochMilli(job.updatedAt()).toString())
                .put("held", held(job))
                .put("ratePerSecond", progress == null ? null : progress.perSecond())
                .put(
                        "limitPerSecond",
                        job.order().pace().perSecond() == 0
                                ? null
                                : job.order().pace().perSecond());
        if (progress != null) {
            node.put("moved", Math.max(job.moved(), progress.moved()))
                    .put("returned", Math.max(job.returned(), progress.returned()));
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
}
