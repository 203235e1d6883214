package io.millrace.cli;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.commands.DlqCommand;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command above all verbs. */
@Command(
        name = "millrace",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Functions on message queues: publish events, process them, redrive what failed.",
        footer = {
            "",
            "First steps:",
            "  millrace demo                       1,707 real events in under a minute",
            "  millrace server                     then, in another terminal:",
            "  millrace function create orders --jar orders.jar --handler com.example.Orders",
            "  millrace publish invoke.orders '{\"id\": 1}'",
            "  millrace stats",
            "  millrace dlq list"
        })
final class MillraceCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    private MillraceCommand() {}

    static CommandLine commandLine() {
        CommandLine command = new CommandLine(new MillraceCommand())
                .addSubcommand(new DemoCommand())
                .addSubcommand(new ServerCommand())
                .addSubcommand(FunctionCommand.commandLine())
                .addSubcommand(LayerCommand.commandLine())
                .addSubcommand(KeyCommand.commandLine())
                .addSubcommand(new InvokeCommand())
                .addSubcommand(new PublishCommand())
                .addSubcommand(new StatsCommand())
                .addSubcommand(new UsageCommand())
                .addSubcommand(new LogsCommand())
                .addSubcommand(new WhyCommand())
                .addSubcommand(MappingCommand.commandLine())
                .addSubcommand(ScheduleCommand.commandLine())
                .addSubcommand(QueueCommand.commandLine())
                .addSubcommand(StreamCommand.commandLine())
                .addSubcommand(DlqCommand.commandLine())
                .addSubcommand(new CompletionCommand());
        command.setExecutionExceptionHandler(MillraceCommand::failed);
        command.setParameterExceptionHandler(MillraceCommand::misused);
        command.registerConverter(BrokerAddress.class, MillraceCommand::brokerAddress);
        command.registerConverter(HostPort.class, HostPort::parse);
        tellVersionOfAll(command);
        command.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ExitCode.meanings());
        return command;
    }

    // Without a provider of its own a verb prints nothing.
    private static void tellVersionOfAll(CommandLine command) {
        command.getCommandSpec().versionProvider(new Version());
        command.getSubcommands().values().forEach(MillraceCommand::tellVersionOfAll);
    }

    private static BrokerAddress brokerAddress(String url) {
        try {
            return BrokerAddress.parse(url);
        } catch (IllegalArgumentException wrong) {
            throw new CommandLine.TypeConversionException(wrong.getMessage());
        }
    }

    /** What the user can act on becomes one line and an exit code; all else is a bug and keeps its stack trace. */
    private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        Optional<ExitCode> code = ExitCode.of(failure);
        if (code.isEmpty()) {
            throw failure;
        }
        tell(command, String.valueOf(failure.getMessage()));
        return code.get().code();
    }

    private static int misused(CommandLine.ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        tell(command, wrong.getMessage() + " (" + command.getCommandSpec().qualifiedName() + " --help tells more)");
        return ExitCode.USAGE.code();
    }

    private static void tell(CommandLine command, String message) {
        String line = message.lines().map(String::strip).collect(Collectors.joining(" "));
        command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + line);
        command.getErr().flush();
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
