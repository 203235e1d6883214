package io.millrace.deadletter.commands;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.DeadLetterJson;
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

    static ObjectNode json(JobNow now) {
        return DeadLetterJson.of(now.job()).put("waiting", now.waiting()).put("driven", now.driven());
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
