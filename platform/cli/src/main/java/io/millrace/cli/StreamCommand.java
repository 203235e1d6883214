package io.millrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the stream verbs. */
@Command(
        name = "stream",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Makes, fills, shows and deletes streams: records that stay for a while, in order, for any reader.")
final class StreamCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    private StreamCommand() {}

    static CommandLine commandLine() {
        return new CommandLine(new StreamCommand())
                .addSubcommand(new StreamCreateCommand())
                .addSubcommand(new StreamPutCommand())
                .addSubcommand(new StreamDescribeCommand())
                .addSubcommand(new StreamListCommand())
                .addSubcommand(new StreamDeleteCommand());
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
