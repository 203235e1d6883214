package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "scaling",
        mixinStandardHelpOptions = true,
        description = {
            "Scales the provisioned concurrency of a version or alias by load and by schedule.",
            "Without options it shows how. --min and --max are the range; with --schedule they are what the range is"
                    + " set to at those times."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionScalingCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME:QUALIFIER", description = "A published version or an alias.")
    private String qualified;

    @Option(names = "--min", paramLabel = "N", description = "Environments at least, 0 or more.")
    private @Nullable Integer minimum;

    @Option(names = "--max", paramLabel = "N", description = "Environments at most.")
    private @Nullable Integer maximum;

    @Option(names = "--target", paramLabel = "SHARE", description = "Share of them to be in use, 0.1 to 0.9.")
    private @Nullable Double target;

    @Option(
            names = "--schedule",
            paramLabel = "WHEN",
            description = "Such as 'cron(0 8 ? * MON-FRI *)', 'rate(2 hours)' or 'at(2026-11-20T08:00:00)'.")
    private @Nullable String schedule;

    @Option(names = "--schedule-name", paramLabel = "NAME", description = "Names the schedule to set or remove.")
    private @Nullable String scheduleName;

    @Option(names = "--time-zone", paramLabel = "ZONE", description = "Of the schedule. Default: UTC")
    private @Nullable String timeZone;

    @Option(names = "--remove", description = "Ends the scaling, or with --schedule-name that schedule.")
    private boolean remove;

    @Option(names = "--json", description = "Print what the server answers, one JSON object per line.")
    private boolean json;

    @Override
    public Integer call() {
        requireCompleteOptions();
        Scaling scaling = new Scaling(server.client(), qualified);
        PrintWriter out = spec.commandLine().getOut();
        if (remove) {
            out.println(removed(scaling));
        } else if (scheduleName != null) {
            scaling.schedule(scheduled(scheduleName));
            out.println("Scheduled " + scheduleName + " of " + qualified);
        } else if (minimum != null || maximum != null || target != null) {
            set(scaling);
            out.println("Scaling " + qualified);
        } else if (json) {
            scaling.stored().forEach(out::println);
        } else {
            scaling.print(out);
        }
        return ExitCode.OK.code();
    }

    private void requireCompleteOptions() {
        if (schedule != null && scheduleName == null) {
            throw new ParameterException(spec.commandLine(), "--schedule is given, expected --schedule-name too");
        }
        if (scheduleName != null && target != null) {
            throw new ParameterException(spec.commandLine(), "--target is given, expected none with --schedule-name");
        }
        if (timeZone != null && schedule == null) {
            throw new ParameterException(spec.commandLine(), "--time-zone is given, expected --schedule too");
        }
        boolean sets = minimum != null || maximum != null || target != null || schedule != null;
        if (remove && sets) {
            throw new ParameterException(spec.commandLine(), "--remove is given, expected nothing to set");
        }
    }

    private String removed(Scaling scaling) {
        if (scheduleName == null) {
            scaling.remove();
            return "Removed the scaling of " + qualified;
        }
        scaling.removeSchedule(scheduleName);
        return "Removed schedule " + scheduleName + " of " + qualified;
    }

    private void set(Scaling scaling) {
        if (minimum != null || maximum != null) {
            scaling.register(range(Json.object()));
        }
        if (target != null) {
            scaling.track(target);
        }
    }

    private ObjectNode scheduled(String name) {
        ObjectNode action = Json.object().put("ScheduledActionName", name);
        Json.putIfGiven(action, "Schedule", schedule);
        Json.putIfGiven(action, "Timezone", timeZone);
        if (minimum != null || maximum != null) {
            range(action.putObject("ScalableTargetAction"));
        }
        return action;
    }

    private ObjectNode range(ObjectNode object) {
        if (minimum != null) {
            object.put("MinCapacity", minimum);
        }
        if (maximum != null) {
            object.put("MaxCapacity", maximum);
        }
        return object;
    }
}
