package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.PreflightException;
import io.millrace.deadletter.RefusedException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The parent of the dead-letter verbs, on its own or below another command. */
@Command(
        name = "dlq",
        mixinStandardHelpOptions = true,
        description = "Lists, shows and redrives dead letters of any Artemis broker.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:nothing of that name or id, nothing matches, or refused; nothing was changed",
            "2:the command line is wrong",
            "3:not all that is there could be looked at, or a job stopped before its end and can be resumed",
            "4:moving would lose messages or cannot work; nothing was moved",
            "5:the broker's user lacks a permission; nothing was changed",
            "69:the broker cannot be reached"
        })
public final class DlqCommand implements Runnable {
    /** Where nobody listens. */
    private static final Duration AWAY = Duration.ofSeconds(5);
    /** Where somebody listens and is slow: a busy broker must not look like none. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before anything runs
    private CommandSpec spec;

    private DlqCommand() {}

    /** All verbs, with real connections. */
    public static CommandLine commandLine() {
        return commandLine(address -> DeadLetters.connect(address, AWAY, TIMEOUT), Terminal.ofThisProcess());
    }

    /** @param connect opens what a verb closes when it ends */
    public static CommandLine commandLine(Function<BrokerAddress, DeadLetters> connect, Terminal terminal) {
        // One each, as each has options of its own.
        Supplier<DeadLetterSession> session = () -> new DeadLetterSession(connect, terminal);
        return new CommandLine(new DlqCommand())
                .addSubcommand(new ListCommand(session.get()))
                .addSubcommand(new GroupsCommand(session.get()))
                .addSubcommand(new ShowCommand(session.get()))
                .addSubcommand(new PeekCommand(session.get()))
                .addSubcommand(new ExportCommand(session.get()))
                .addSubcommand(new RedriveCommand(session.get()))
                .addSubcommand(new MoveCommand(session.get()))
                .addSubcommand(new EditCommand(session.get()))
                .addSubcommand(new ImportCommand(session.get()))
                .addSubcommand(new PurgeCommand(session.get()))
                .addSubcommand(JobsCommand.commandLine(connect, terminal))
                .registerConverter(BrokerAddress.class, DlqCommand::address)
                .setExecutionExceptionHandler(DlqCommand::failed);
    }

    private static BrokerAddress address(String url) {
        try {
            return BrokerAddress.parse(url);
        } catch (IllegalArgumentException wrong) {
            throw new CommandLine.TypeConversionException(wrong.getMessage());
        }
    }

    /** Failures the user can act on become one line and an exit code; all others are bugs and travel on. */
    public static int failed(Exception failure, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (failure instanceof PreflightException) {
            return told(failure, command, ExitCodes.PREFLIGHT);
        }
        if (failure instanceof BrokerRefusedException refused && refused.isForbidden()) {
            return told(failure, command, ExitCodes.FORBIDDEN);
        }
        if (failure instanceof RefusedException || failure instanceof BrokerRefusedException) {
            return told(failure, command, ExitCodes.REFUSED);
        }
        if (failure instanceof BrokerUnavailableException) {
            return told(failure, command, ExitCodes.BROKER_UNAVAILABLE);
        }
        throw failure;
    }

    private static int told(Exception failure, CommandLine command, int exitCode) {
        command.getErr().println(command.getCommandName() + ": " + failure.getMessage());
        return exitCode;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "expected a command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
