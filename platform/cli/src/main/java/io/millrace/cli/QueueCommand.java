package io.millrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the queue verbs. */
@Command(
        name = "queue",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Makes, shows, empties and deletes queues of a broker.")
final class QueueCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    private QueueCommand() {}

    static CommandLine commandLine() {
        return new CommandLine(new QueueCommand())
                .addSubcommand(new QueueListCommand())
                .addSubcommand(new QueueShowCommand())
                .addSubcommand(new QueueCreateCommand())
                .addSubcommand(new QueueReceiveCommand())
                .addSubcommand(new QueueDeleteCommand());
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
