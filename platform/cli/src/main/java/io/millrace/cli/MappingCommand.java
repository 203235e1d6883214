package io.millrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the mapping verbs. */
@Command(
        name = "mapping",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Feeds functions from queues and streams, in batches.")
final class MappingCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    private MappingCommand() {}

    static CommandLine commandLine() {
        return new CommandLine(new MappingCommand())
                .addSubcommand(new MappingCreateCommand())
                .addSubcommand(new MappingListCommand())
                .addSubcommand(new MappingShowCommand())
                .addSubcommand(new MappingUpdateCommand())
                .addSubcommand(new MappingDeleteCommand());
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
