package io.millrace.deadletter.commands;

import io.millrace.deadletter.Cause;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetterJson;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.Fingerprint;
import io.millrace.deadletter.Look;
import io.millrace.deadletter.ReadableBody;
import io.millrace.deadletter.RefusedException;
import io.millrace.deadletter.Selection;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Shows one dead letter: what became of it, cause, stack trace, headers, body. Changes nothing.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ShowCommand implements Callable<Integer> {
    // More than anybody reads; export writes all of it.
    private static final int LARGEST = 8 << 20;

    @Mixin
    private final DeadLetterSession session;

    @Parameters(index = "0", paramLabel = "FUNCTION|QUEUE", description = "Where it lies.")
    private String queue;

    @Parameters(index = "1", paramLabel = "ID", description = "Its id, as list shows it.")
    private String id;

    ShowCommand(DeadLetterSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return session.with(queue, (deadLetters, of) -> {
            List<DeadLetter> found = new ArrayList<>();
            deadLetters.scan(of, Selection.ofId(id), new Look(1, LARGEST), found::add);
            DeadLetter letter = found.stream().findFirst().orElseThrow(() -> notThere(of));
            if (session.json()) {
                session.tell(DeadLetterJson.of(letter));
            } else {
                print(letter, session.out());
            }
            return ExitCodes.OK;
        });
    }

    private RefusedException notThere(DeadLetterQueue of) {
        return new RefusedException("no dead letter '" + id + "' in " + of.name());
    }

    private static void print(DeadLetter letter, PrintWriter out) {
        field(out, "id", letter.id());
        field(out, "queue", letter.queue());
        field(out, "function", letter.function().map(Object::toString).orElse("-"));
        lineage(letter, out);
        field(out, "group", Fingerprint.of(letter));
        print(letter.cause(), "cause", out);
        if (letter.earlierCause().isPresent()) {
            print(letter.earlierCause(), "earlier cause", out);
        }
        print("properties", letter.properties(), out);
        print("headers", letter.headers(), out);
        body(letter, out);
    }

    // As far as the message itself tells, in the order it happened.
    private static void lineage(DeadLetter letter, PrintWriter out) {
        field(out, "published", Words.time(letter.firstSeen()));
        if (letter.redrives() > 0) {
            field(out, "redriven", letter.redrives() + (letter.redrives() == 1 ? " time" : " times") + " before");
        }
        Optional<Cause> known = letter.cause();
        known.ifPresent(cause -> field(
                out,
                "attempts",
                cause.attempts() + (cause.version().isEmpty() ? "" : " of version " + cause.version())));
        String in = letter.origin().map(origin -> " in " + origin).orElse("");
        if (known.isPresent()) {
            field(out, "died", Words.time(letter.diedAt()) + in);
        } else {
            letter.earlierCause()
                    .ifPresent(earlier -> field(
                            out, "died before", Words.time(Optional.of(earlier.diedAt())) + ", then was redriven"));
            field(out, "died", "at a time nobody recorded" + in);
        }
    }

    private static void print(Optional<Cause> recorded, String name, PrintWriter out) {
        if (recorded.isEmpty()) {
            field(out, name, Words.NO_CAUSE + ": the broker gave it up");
            return;
        }
        Cause cause = recorded.get();
        field(out, name, cause.errorType() + ": " + cause.errorMessage());
        field(out, "condition", cause.condition());
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

    private static void body(DeadLetter letter, PrintWriter out) {
        ReadableBody body = ReadableBody.of(letter);
        String kind =
                switch (body.kind()) {
                    case EMPTY -> "empty";
                    case JSON -> "JSON";
                    case TEXT -> "text";
                    case BINARY -> "binary";
                    case AMQP_VALUE -> "AMQP value, as JSON";
                    case JAVA_OBJECT -> "Java object, not deserialized";
                };
        String cut = letter.isCut()
                ? ", the beginning of a message of " + Words.bytes(letter.size()) + "; export writes all of it"
                : "";
        out.println();
        out.println("body (" + kind + ", " + body.length() + " bytes" + cut + ")");
        out.println(Rows.harmless(body.text()));
        out.flush();
    }

    private static void field(PrintWriter out, String name, String value) {
        out.printf("%-14s %s%n", name, Rows.oneLine(value));
    }
}
