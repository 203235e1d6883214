package io.millrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the layer verbs. */
@Command(
        name = "layer",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Publishes, lists and deletes archives that functions share.")
final class LayerCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    private LayerCommand() {}

    static CommandLine commandLine() {
        return new CommandLine(new LayerCommand())
                .addSubcommand(new LayerPublishCommand())
                .addSubcommand(new LayerListCommand())
                .addSubcommand(new LayerDeleteCommand());
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
