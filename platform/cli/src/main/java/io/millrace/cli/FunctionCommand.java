package io.millrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the function verbs. */
@Command(
        name = "function",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Makes, changes, publishes, shows and deletes functions of a server.")
final class FunctionCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    private FunctionCommand() {}

    static CommandLine commandLine() {
        return new CommandLine(new FunctionCommand())
                .addSubcommand(new FunctionCreateCommand())
                .addSubcommand(new FunctionUpdateCommand())
                .addSubcommand(new FunctionListCommand())
                .addSubcommand(new FunctionShowCommand())
                .addSubcommand(new FunctionGetCommand())
                .addSubcommand(new FunctionPublishCommand())
                .addSubcommand(new FunctionVersionsCommand())
                .addSubcommand(AliasCommand.commandLine())
                .addSubcommand(LimitsCommand.commandLine())
                .addSubcommand(ProvisionedCommand.commandLine())
                .addSubcommand(new FunctionScalingCommand())
                .addSubcommand(new FunctionReplayCommand())
                .addSubcommand(new FunctionShadowCommand())
                .addSubcommand(new FunctionDeleteCommand());
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
