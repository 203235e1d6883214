package io.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "enable", mixinStandardHelpOptions = true, description = "Lets a schedule go on.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ScheduleEnableCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Mixin
    private StoredSchedule schedule;

    @Override
    public Integer call() {
        schedule.switchTo("ENABLED", server.client());
        spec.commandLine().getOut().println("Enabled schedule " + schedule.name());
        return ExitCode.OK.code();
    }
}
