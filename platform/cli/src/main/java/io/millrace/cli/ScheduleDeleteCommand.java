package io.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "delete", mixinStandardHelpOptions = true, description = "Deletes a schedule.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ScheduleDeleteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Mixin
    private StoredSchedule schedule;

    @Override
    public Integer call() {
        schedule.delete(server.client());
        spec.commandLine().getOut().println("Deleted schedule " + schedule.name());
        return ExitCode.OK.code();
    }
}
