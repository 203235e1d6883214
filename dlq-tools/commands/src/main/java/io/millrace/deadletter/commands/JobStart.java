package io.millrace.deadletter.commands;

import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.JobPlan;
import io.millrace.deadletter.JobRecord;
import io.millrace.deadletter.JobRequest;
import io.millrace.deadletter.RedriveJobs;
import io.millrace.deadletter.RefusedException;
import io.millrace.deadletter.Selection;
import java.util.Optional;

/** From the command line to a job: says what would move, asks, starts it, says what became of it. */
final class JobStart {
    private final DeadLetterSession session;
    private final JobOptions options;
    private final String verb;
    private final String past;

    /** @param past the verb as it is said afterwards */
    JobStart(DeadLetterSession session, JobOptions options, String verb, String past) {
        this.session = session;
        this.options = options;
        this.verb = verb;
        this.past = past;
    }

    int run(String queue, SelectionOptions selection, Optional<String> to) {
        check();
        return session.with(queue, (deadLetters, from) -> run(deadLetters.jobs(), from, selection.selection(), to));
    }

    // What can be refused before the broker is asked.
    private void check() {
        request(Selection.ALL, Optional.empty());
        if (!options.dryRun && !options.yes && !session.terminal().interactive()) {
            throw new RefusedException("nobody to ask here: add --yes to move, or --dry-run to see what would be");
        }
    }

    private JobRequest request(Selection selection, Optional<String> to) {
        try {
            return options.request(selection, to);
        } catch (IllegalArgumentException wrong) {
            throw session.misuse(String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private int run(RedriveJobs jobs, DeadLetterQueue from, Selection selection, Optional<String> to) {
        JobRequest request = request(selection, to);
        if (options.dryRun) {
            return tell(jobs.plan(from, request));
        }
        if (!options.yes) {
            JobPlan plan = jobs.plan(from, request);
            if (plan.planned() > 0 && !confirmed(plan)) {
                throw new RefusedException("nothing was moved");
            }
        }
        JobRun run = new JobRun(session.command(), session.terminal(), session.json());
        JobRecord ended = run.watch(progress -> jobs.start(from, request, progress));
        long withoutOrigin = ended.withoutOrigin();
        int exitCode = run.end(ended, past);
        return ended.planned() == 0 || withoutOrigin > 0
                ? nothing(from, withoutOrigin, ended.planned(), exitCode)
                : exitCode;
    }

    private int tell(JobPlan plan) {
        if (session.json()) {
            session.tell(Words.object()
                    .put("queue", plan.queue().name())
                    .put("dryRun", true)
                    .put("planned", plan.planned())
                    .put("moved", 0)
                    .put("withoutOrigin", plan.withoutOrigin()));
        } else if (plan.planned() > 0) {
            session.tell("Would " + verb + " " + JobRun.count(plan.planned()) + " of "
                    + plan.queue().name() + " to " + JobRun.targets(plan.routes()));
        }
        return nothing(plan.queue(), plan.withoutOrigin(), plan.planned(), ExitCodes.OK);
    }

    private int nothing(DeadLetterQueue from, long withoutOrigin, long planned, int exitCode) {
        if (withoutOrigin > 0) {
            session.remark(JobRun.count(withoutOrigin) + " of " + from.name()
                    + " left there: nobody wrote down where they died; name a queue with --to");
        } else if (planned == 0) {
            session.remark("no dead letters to " + verb + " in " + from.name());
        }
        return planned == 0 ? ExitCodes.REFUSED : exitCode;
    }

    private boolean confirmed(JobPlan plan) {
        return session.confirms("Move " + JobRun.count(plan.planned()) + " to " + JobRun.targets(plan.routes()) + "?");
    }
}
