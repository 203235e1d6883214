package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetterJson;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Look;
import io.millrace.deadletter.ScanResult;
import io.millrace.deadletter.Selection;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "peek",
        mixinStandardHelpOptions = true,
        description = "Shows the beginning of the bodies of the first few dead letters, as they come. Changes nothing.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class PeekCommand implements Callable<Integer> {
    private final Function<BrokerAddress, DeadLetters> connect;
    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Mixin
    private SelectionOptions selection;

    @Parameters(paramLabel = "FUNCTION|QUEUE", description = "Whose dead letters.")
    private String queue;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            defaultValue = "10",
            description = "At most so many. Default: ${DEFAULT-VALUE}")
    private int limit;

    PeekCommand(Function<BrokerAddress, DeadLetters> connect, Terminal terminal) {
        this.connect = connect;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit is " + limit + ", expected at least 1");
        }
        Selection chosen = selection.selection();
        try (DeadLetters deadLetters = connect.apply(broker.address)) {
            DeadLetterQueue of = deadLetters.queue(queue);
            PrintWriter out = spec.commandLine().getOut();
            ScanResult scan = deadLetters.scan(of, chosen, Look.HEADS.atMost(limit), letter -> print(letter, out));
            boolean isChosen = !chosen.equals(Selection.ALL);
            if (scan.matched() == 0 && !broker.json) {
                out.println("No dead letters in " + of.name() + (isChosen ? " match" : ""));
            }
            out.flush();
            if (scan.isPartial() || scan.unread() > 0) {
                spec.commandLine().getErr().println("peek: " + Words.quality(scan));
            }
            return ExitCodes.of(scan, isChosen);
        }
    }

    private void print(DeadLetter letter, PrintWriter out) {
        if (broker.json) {
            out.println(Words.line(DeadLetterJson.of(letter)));
        } else {
            int width = terminal.width();
            String head = letter.id() + "  " + Words.time(letter.diedAt()) + "  " + Words.errorType(letter)
                    + letter.cause().map(cause -> ": " + cause.errorMessage()).orElse("");
            out.println(Rows.cut(Rows.oneLine(head), width));
            out.println("  " + Rows.cut(Rows.oneLine(Words.bodyHead(letter)), width - 2));
        }
        out.flush();
    }
}
