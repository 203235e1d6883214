package io.millrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the limits verbs. */
@Command(
        name = "limits",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Shows and sets how much may run at once.")
final class LimitsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    private LimitsCommand() {}

    static CommandLine commandLine() {
        return new CommandLine(new LimitsCommand())
                .addSubcommand(new LimitsShowCommand())
                .addSubcommand(new LimitsSetCommand())
                .addSubcommand(new LimitsClearCommand())
                .addSubcommand(new LimitsAccountCommand());
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
