package io.millrace.deadletter.commands;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.JobNow;
import io.millrace.deadletter.JobRecord;
import io.millrace.deadletter.JobRoute;
import io.millrace.deadletter.JobState;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Jobs in words for people and in JSON for machines. */
final class JobWords {
    private JobWords() {}

    static ObjectNode json(JobRecord job) {
        ObjectNode node = Words.object()
                .put("job", job.id())
                .put("state", job.state().name())
                .put("queue", job.order().queue())
                .put("selection", job.order().selection())
                .put("by", job.order().by())
                .put("reason", job.order().reason())
                .put("startedAt", Instant.ofEpochMilli(job.startedAt()).toString())
                .put("endedAt", ended(job).map(Instant::toString).orElse(null))
                .put("planned", job.planned())
                .put("moved", job.moved())
                .put("returned", job.returned())
                .put("undone", job.undone())
                .put("withoutOrigin", job.withoutOrigin())
                .put("outcome", job.outcome());
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

    static ObjectNode json(JobNow now) {
        return json(now.job()).put("waiting", now.waiting()).put("driven", now.driven());
    }

    static Optional<Instant> ended(JobRecord job) {
        return job.endedAt() == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(job.endedAt()));
    }

    /** @param dlq how a person calls the parent of all verbs */
    static void print(JobNow now, String dlq, PrintWriter out) {
        JobRecord job = now.job();
        field(out, "job", job.id());
        field(
                out,
                "state",
                job.state() + (isLeft(now) ? ", and nobody drives it: " + dlq + " jobs resume " + job.id() : ""));
        field(out, "queue", job.order().queue());
        field(out, "selection", job.order().selection());
        field(out, "by", job.order().by());
        field(out, "reason", job.order().reason());
        field(out, "started", Words.time(Optional.of(Instant.ofEpochMilli(job.startedAt()))));
        field(out, "ended", Words.time(ended(job)));
        for (JobRoute route : job.routes()) {
            field(
                    out,
                    "target",
                    JobRun.targets(List.of(route)) + ": " + route.moved() + " of " + route.planned()
                            + (route.held().isEmpty() ? "" : ", held: " + route.held()));
        }
        field(out, "moved", job.moved() + " of " + job.planned());
        field(
                out,
                "waiting",
                now.waiting() + " not taken yet" + (now.waiting() > 0 ? ": " + dlq + " jobs undo " + job.id() : ""));
        field(out, "returned", job.returned() + " came back");
        field(out, "undone", Long.toString(job.undone()));
        field(out, "outcome", job.outcome());
    }

    private static boolean isLeft(JobNow now) {
        return !now.driven() && now.job().state() == JobState.RUNNING;
    }

    private static void field(PrintWriter out, String name, String value) {
        if (!value.isEmpty()) {
            out.printf("%-10s %s%n", name, Rows.oneLine(value));
        }
    }
}
