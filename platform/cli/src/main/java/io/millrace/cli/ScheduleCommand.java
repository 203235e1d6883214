package io.millrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the schedule verbs. */
@Command(
        name = "schedule",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Runs functions at given times.")
final class ScheduleCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    private ScheduleCommand() {}

    static CommandLine commandLine() {
        return new CommandLine(new ScheduleCommand())
                .addSubcommand(new ScheduleCreateCommand())
                .addSubcommand(new ScheduleListCommand())
                .addSubcommand(new ScheduleShowCommand())
                .addSubcommand(new ScheduleEnableCommand())
                .addSubcommand(new ScheduleDisableCommand())
                .addSubcommand(new ScheduleDeleteCommand());
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
