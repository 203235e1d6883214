package io.millrace.deadletter.commands;

import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetterJson;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Look;
import io.millrace.deadletter.ScanResult;
import io.millrace.deadletter.Selection;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "peek",
        mixinStandardHelpOptions = true,
        description = "Shows the beginning of the bodies of the first few dead letters, as they come. Changes nothing.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class PeekCommand implements Callable<Integer> {
    @Mixin
    private final DeadLetterSession session;

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

    PeekCommand(DeadLetterSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.requireLimit(limit);
        Selection chosen = selection.selection();
        return session.with(queue, (deadLetters, of) -> peek(deadLetters, of, chosen));
    }

    private int peek(DeadLetters deadLetters, DeadLetterQueue of, Selection chosen) {
        PrintWriter out = session.out();
        ScanResult scan = deadLetters.scan(of, chosen, Look.HEADS.atMost(limit), letter -> print(letter, out));
        boolean isChosen = !chosen.equals(Selection.ALL);
        if (scan.matched() == 0 && !session.json()) {
            out.println("No dead letters in " + of.name() + (isChosen ? " match" : ""));
        }
        out.flush();
        if (scan.isPartial() || scan.unread() > 0) {
            session.remark(Words.quality(scan));
        }
        return ExitCodes.of(scan, isChosen);
    }

    private void print(DeadLetter letter, PrintWriter out) {
        if (session.json()) {
            out.println(Words.line(DeadLetterJson.of(letter)));
        } else {
            int width = session.terminal().width();
            String head = letter.id() + "  " + Words.time(letter.diedAt()) + "  " + Words.errorType(letter)
                    + letter.cause().map(cause -> ": " + cause.errorMessage()).orElse("");
            out.println(Rows.cut(Rows.oneLine(head), width));
            out.println("  " + Rows.cut(Rows.oneLine(Words.bodyHead(letter)), width - 2));
        }
        out.flush();
    }
}
