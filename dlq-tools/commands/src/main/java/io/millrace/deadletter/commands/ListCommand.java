package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Selection;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "list",
        aliases = "ls",
        mixinStandardHelpOptions = true,
        description = "Lists the dead-letter queues, or the dead letters of one. Changes nothing.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ListCommand implements Callable<Integer> {
    private final Function<BrokerAddress, DeadLetters> connect;
    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Parameters(
            arity = "0..1",
            paramLabel = "FUNCTION|QUEUE",
            description = "Whose dead letters. All queues are listed without it.")
    private @Nullable String queue;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "At most so many dead letters. Default: ${DEFAULT-VALUE}")
    private int limit;

    ListCommand(Function<BrokerAddress, DeadLetters> connect, Terminal terminal) {
        this.connect = connect;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit is " + limit + ", expected at least 1");
        }
        try (DeadLetters deadLetters = connect.apply(broker.address)) {
            PrintWriter out = spec.commandLine().getOut();
            if (queue == null) {
                queues(deadLetters, out);
            } else {
                deadLetters(deadLetters, deadLetters.queue(queue), out);
            }
            out.flush();
            return ExitCodes.OK;
        }
    }

    private void queues(DeadLetters deadLetters, PrintWriter out) {
        Rows rows = new Rows("MESSAGES", "SCHEDULED", "DELIVERING", "QUEUE");
        for (DeadLetterQueue each : deadLetters.queues()) {
            if (broker.json) {
                out.println(Words.line(Words.object()
                        .put("queue", each.name())
                        .put("function", each.function().map(Object::toString).orElse(null))
                        .put("messages", each.messages())
                        .put("scheduled", each.scheduled())
                        .put("delivering", each.delivering())));
            } else {
                rows.add("" + each.messages(), "" + each.scheduled(), "" + each.delivering(), each.name());
            }
        }
        if (!broker.json) {
            print(rows, out, "No dead-letter queues at " + deadLetters.broker());
        }
    }

    private void deadLetters(DeadLetters deadLetters, DeadLetterQueue of, PrintWriter out) {
        Rows rows = new Rows("ID", "DIED", "CAUSE", "ATTEMPTS", "MESSAGE | BODY");
        deadLetters.forEach(of, Selection.ALL, limit, letter -> add(letter, rows, out));
        if (broker.json) {
            return;
        }
        print(rows, out, "No dead letters in " + of.name());
        if (of.messages() > rows.size()) {
            out.println(rows.size() + " of " + of.messages() + " shown (" + of.scheduled() + " scheduled, "
                    + of.delivering() + " with a consumer)");
        }
    }

    private void add(DeadLetter letter, Rows rows, PrintWriter out) {
        if (broker.json) {
            out.println(Words.line(Words.json(letter)));
        } else {
            rows.add(
                    letter.id(),
                    Words.time(letter.diedAt()),
                    Words.errorType(letter),
                    Words.attempts(letter),
                    Words.summary(letter));
        }
    }

    private void print(Rows rows, PrintWriter out, String nothing) {
        if (rows.isEmpty()) {
            out.println(nothing);
        } else {
            rows.print(out, terminal.width());
        }
    }
}
