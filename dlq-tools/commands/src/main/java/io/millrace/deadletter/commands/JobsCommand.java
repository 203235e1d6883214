package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetterJson;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.JobNow;
import io.millrace.deadletter.JobProgress;
import io.millrace.deadletter.JobRecord;
import io.millrace.deadletter.JobState;
import io.millrace.deadletter.RedriveJobs;
import io.millrace.deadletter.RefusedException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "jobs",
        mixinStandardHelpOptions = true,
        description = "Redrive jobs, running and past: list, show, watch, pause, resume, cancel, undo.",
        synopsisSubcommandLabel = "[COMMAND]")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class JobsCommand implements Runnable {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Function<BrokerAddress, DeadLetters> connect;
    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    private JobsCommand(Function<BrokerAddress, DeadLetters> connect, Terminal terminal) {
        this.connect = connect;
        this.terminal = terminal;
    }

    static CommandLine commandLine(Function<BrokerAddress, DeadLetters> connect, Terminal terminal) {
        return new CommandLine(new JobsCommand(connect, terminal));
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }

    private int with(BrokerOption broker, Function<RedriveJobs, Integer> verb) {
        try (DeadLetters deadLetters = connect.apply(broker.address)) {
            return verb.apply(deadLetters.jobs());
        }
    }

    @Command(name = "ls", aliases = "list", mixinStandardHelpOptions = true, description = "All jobs, youngest first.")
    int list(
            @Mixin BrokerOption broker,
            @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "At most so many.")
                    int limit) {
        CommandLine command = command("ls");
        return with(broker, jobs -> {
            Rows rows = new Rows("JOB", "STATE", "STARTED", "MOVED", "OF", "BACK", "UNDONE", "BY", "QUEUE | REASON");
            for (JobRecord job : jobs.all().stream().limit(limit).toList()) {
                if (broker.json) {
                    command.getOut().println(Words.line(DeadLetterJson.of(job)));
                } else {
                    rows.add(
                            job.id(),
                            job.state().name(),
                            Words.time(Optional.of(Instant.ofEpochMilli(job.startedAt()))),
                            "" + job.moved(),
                            "" + job.planned(),
                            "" + job.returned(),
                            "" + job.undone(),
                            job.order().by(),
                            job.order().queue()
                                    + (job.order().reason().isEmpty()
                                            ? ""
                                            : " | " + job.order().reason()));
                }
            }
            if (!broker.json && rows.isEmpty()) {
                command.getOut().println("No redrive jobs at " + broker.address);
            } else if (!broker.json) {
                rows.print(command.getOut(), terminal.width());
            }
            command.getOut().flush();
            return ExitCodes.OK;
        });
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "One job, as the broker counts it now.")
    int show(@Mixin BrokerOption broker, @Parameters(paramLabel = "JOB") String id) {
        return with(broker, jobs -> {
            print(command("show"), broker.json, jobs.now(id));
            return ExitCodes.OK;
        });
    }

    private static void print(CommandLine command, boolean json, JobNow now) {
        if (json) {
            command.getOut().println(Words.line(JobWords.json(now)));
        } else {
            JobWords.print(now, JobRun.dlq(command), command.getOut());
        }
        command.getOut().flush();
    }

    @Command(
            name = "watch",
            mixinStandardHelpOptions = true,
            description = "Shows a job that another process drives until it ends, or nobody drives it.")
    int watch(@Mixin BrokerOption broker, @Parameters(paramLabel = "JOB") String id) {
        CommandLine command = command("watch");
        JobRun run = new JobRun(command, terminal, broker.json);
        return with(broker, jobs -> {
            JobNow now = jobs.now(id);
            while (now.job().state() == JobState.RUNNING && now.driven()) {
                JobRecord job = now.job();
                run.show(new JobProgress(job.id(), job.moved(), job.planned(), job.returned(), speed(job)));
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
                now = jobs.now(id);
            }
            run.clear();
            print(command, broker.json, now);
            return now.job().state() == JobState.COMPLETED ? ExitCodes.OK : ExitCodes.UNFINISHED;
        });
    }

    private static double speed(JobRecord job) {
        return job.moved() * 1_000.0 / Math.max(1, System.currentTimeMillis() - job.startedAt());
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Pauses a job, whichever process drives it; resume goes on.")
    int pause(@Mixin BrokerOption broker, @Parameters(paramLabel = "JOB") String id) {
        return change("pause", broker, id, (jobs, job) -> jobs.end(job, JobState.PAUSED));
    }

    @Command(
            name = "cancel",
            mixinStandardHelpOptions = true,
            description = "Ends a job for good, whichever process drives it. What was moved stays moved; see undo.")
    int cancel(@Mixin BrokerOption broker, @Parameters(paramLabel = "JOB") String id) {
        return change("cancel", broker, id, (jobs, job) -> jobs.end(job, JobState.CANCELLED));
    }

    private int change(String name, BrokerOption broker, String id, BiFunction<RedriveJobs, String, JobRecord> change) {
        CommandLine command = command(name);
        return with(broker, jobs -> {
            JobRecord job = change.apply(jobs, id);
            command.getOut()
                    .println(
                            broker.json
                                    ? Words.line(DeadLetterJson.of(job))
                                    : "job " + job.id() + " is " + job.state() + " after " + job.moved() + " of "
                                            + job.planned());
            command.getOut().flush();
            return ExitCodes.OK;
        });
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Goes on with a job that paused or stopped, or whose process or broker was killed.")
    int resume(@Mixin BrokerOption broker, @Parameters(paramLabel = "JOB") String id) {
        JobRun run = new JobRun(command("resume"), terminal, broker.json);
        return with(broker, jobs -> run.end(run.watch(progress -> jobs.resume(id, progress)), "Redrove"));
    }

    @Command(
            name = "undo",
            mixinStandardHelpOptions = true,
            description = "Brings back what a job moved and nobody has taken since.")
    int undo(
            @Mixin BrokerOption broker,
            @Parameters(paramLabel = "JOB") String id,
            @Option(names = "--yes", description = "Do not ask.") boolean yes) {
        CommandLine command = command("undo");
        if (!yes && !terminal.interactive()) {
            throw new RefusedException("nobody to ask here: add --yes to bring them back");
        }
        return with(broker, jobs -> {
            if (!yes && !confirmed(command, jobs.now(id))) {
                throw new RefusedException("nothing was moved");
            }
            command.getErr().println("undo: job " + id + ", bringing back what nobody has taken");
            command.getErr().flush();
            JobNow undone = jobs.undo(id);
            if (broker.json) {
                command.getOut()
                        .println(Words.line(DeadLetterJson.of(undone.job()).put("broughtBack", undone.waiting())));
            } else {
                command.getOut()
                        .println("Brought back " + JobRun.count(undone.waiting()) + " to "
                                + undone.job().order().queue());
            }
            command.getOut().flush();
            return ExitCodes.OK;
        });
    }

    private boolean confirmed(CommandLine command, JobNow now) {
        return terminal.confirms(
                command.getOut(),
                "Bring back " + JobRun.count(now.waiting()) + " to "
                        + now.job().order().queue() + "?");
    }

    private CommandLine command(String name) {
        @Nullable CommandLine command = spec.commandLine().getSubcommands().get(name);
        return command == null ? spec.commandLine() : command;
    }
}
