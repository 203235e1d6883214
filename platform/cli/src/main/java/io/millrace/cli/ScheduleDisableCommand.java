package io.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "disable",
        mixinStandardHelpOptions = true,
        description = "Stops a schedule; it stays, and what is due meanwhile does not happen.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ScheduleDisableCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Mixin
    private StoredSchedule schedule;

    @Override
    public Integer call() {
        schedule.switchTo("DISABLED", server.client());
        spec.commandLine().getOut().println("Disabled schedule " + schedule.name());
        return ExitCode.OK.code();
    }
}
