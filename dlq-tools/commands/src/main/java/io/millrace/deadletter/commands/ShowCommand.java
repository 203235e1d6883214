package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.Cause;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.RefusedException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Shows one dead letter: cause, stack trace, headers, body. Changes nothing.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ShowCommand implements Callable<Integer> {
    private final Function<BrokerAddress, DeadLetters> connect;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Parameters(index = "0", paramLabel = "FUNCTION|QUEUE", description = "Where it lies.")
    private String queue;

    @Parameters(index = "1", paramLabel = "ID", description = "Its id, as list shows it.")
    private String id;

    ShowCommand(Function<BrokerAddress, DeadLetters> connect) {
        this.connect = connect;
    }

    @Override
    public Integer call() {
        try (DeadLetters deadLetters = connect.apply(broker.address)) {
            DeadLetterQueue of = deadLetters.queue(queue);
            DeadLetter letter = deadLetters.show(of, id).orElseThrow(() -> notThere(of));
            PrintWriter out = spec.commandLine().getOut();
            if (broker.json) {
                out.println(Words.line(Words.json(letter)));
            } else {
                print(letter, out);
            }
            out.flush();
            return ExitCodes.OK;
        }
    }

    private RefusedException notThere(DeadLetterQueue of) {
        return new RefusedException("no dead letter '" + id + "' in " + of.name());
    }

    private static void print(DeadLetter letter, PrintWriter out) {
        field(out, "id", letter.id());
        field(out, "queue", letter.queue());
        field(out, "function", letter.function().map(Object::toString).orElse("-"));
        field(out, "died in", letter.origin().orElse("-"));
        field(out, "first seen", Words.time(letter.firstSeen()));
        field(out, "died", Words.time(letter.diedAt()));
        field(out, "redrives", Long.toString(letter.redrives()));
        print(letter.cause(), "cause", out);
        if (letter.earlierCause().isPresent()) {
            print(letter.earlierCause(), "earlier cause", out);
        }
        print("properties", letter.properties(), out);
        print("headers", letter.headers(), out);
        out.println();
        out.println("body (" + letter.body().length + " bytes)");
        out.println(Rows.harmless(Words.readable(letter.body())));
    }

    private static void print(Optional<Cause> recorded, String name, PrintWriter out) {
        if (recorded.isEmpty()) {
            field(out, name, Words.NO_CAUSE + ": the broker gave it up");
            return;
        }
        Cause cause = recorded.get();
        field(out, name, cause.errorType() + ": " + cause.errorMessage());
        field(out, "condition", cause.condition());
        field(out, "attempts", Long.toString(cause.attempts()));
        field(out, "version", cause.version());
        field(out, "fingerprint", cause.fingerprint());
        out.println();
        out.println("stack trace");
        out.println(Rows.harmless(cause.stackTrace().isEmpty() ? "  none" : cause.stackTrace()));
    }

    // The cause's own properties were shown above.
    private static void print(String title, Map<String, Object> values, PrintWriter out) {
        out.println();
        out.println(title);
        values.forEach((name, value) -> {
            if (!name.startsWith("millrace_")) {
                out.println("  " + Rows.oneLine(name) + ": " + Rows.oneLine(String.valueOf(value)));
            }
        });
    }

    private static void field(PrintWriter out, String name, String value) {
        out.printf("%-14s %s%n", name, Rows.oneLine(value));
    }
}
