package io.millrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the alias verbs. */
@Command(
        name = "alias",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Makes, moves, lists and deletes names for versions of a function.")
final class AliasCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    private AliasCommand() {}

    static CommandLine commandLine() {
        return new CommandLine(new AliasCommand())
                .addSubcommand(new AliasCreateCommand())
                .addSubcommand(new AliasUpdateCommand())
                .addSubcommand(new AliasListCommand())
                .addSubcommand(new AliasDeleteCommand());
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
