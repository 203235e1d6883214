package io.millrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the provisioned concurrency verbs. */
@Command(
        name = "provisioned",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Keeps environments of a version or alias initialised.")
final class ProvisionedCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    private ProvisionedCommand() {}

    static CommandLine commandLine() {
        return new CommandLine(new ProvisionedCommand())
                .addSubcommand(new ProvisionedSetCommand())
                .addSubcommand(new ProvisionedShowCommand())
                .addSubcommand(new ProvisionedListCommand())
                .addSubcommand(new ProvisionedDeleteCommand());
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
