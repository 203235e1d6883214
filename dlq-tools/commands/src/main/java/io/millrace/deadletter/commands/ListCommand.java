package io.millrace.deadletter.commands;

import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetterJson;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Look;
import io.millrace.deadletter.QueueOverview;
import io.millrace.deadletter.ScanResult;
import io.millrace.deadletter.Selection;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "list",
        aliases = "ls",
        mixinStandardHelpOptions = true,
        description = "Lists the dead-letter queues, or the dead letters of one. Changes nothing.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ListCommand implements Callable<Integer> {
    // Long enough to tell a trickle from nothing, short enough to wait for.
    private static final Duration BETWEEN_COUNTS = Duration.ofMillis(500);
    private static final int ORIGINS_IN_A_ROW = 3;

    @Mixin
    private final DeadLetterSession session;

    @Mixin
    private SelectionOptions selection;

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

    ListCommand(DeadLetterSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.requireLimit(limit);
        Selection chosen = selection.selection();
        if (queue == null && !chosen.equals(Selection.ALL)) {
            throw session.misuse("options that choose dead letters need the FUNCTION or QUEUE they lie in");
        }
        PrintWriter out = session.out();
        int exitCode = queue == null
                ? session.with(deadLetters -> queues(deadLetters, out))
                : session.with(queue, (deadLetters, of) -> deadLetters(deadLetters, of, chosen, out));
        out.flush();
        return exitCode;
    }

    private int queues(DeadLetters deadLetters, PrintWriter out) {
        List<QueueOverview> found = deadLetters.overview(BETWEEN_COUNTS);
        if (session.json()) {
            found.forEach(each -> out.println(Words.line(DeadLetterJson.of(each))));
            return ExitCodes.OK;
        }
        Rows rows = new Rows("MESSAGES", "SCHEDULED", "DELIVERING", "OLDEST", "IN/S", "QUEUE");
        boolean anyOrigins = found.stream().anyMatch(each -> !each.origins().isEmpty());
        Rows withOrigins = new Rows("MESSAGES", "SCHEDULED", "DELIVERING", "OLDEST", "IN/S", "QUEUE", "ORIGINS");
        Instant now = Instant.now();
        for (QueueOverview each : found) {
            String[] cells = cells(each, now);
            rows.add(cells);
            String[] more = java.util.Arrays.copyOf(cells, cells.length + 1);
            more[cells.length] = origins(each.origins());
            withOrigins.add(more);
        }
        print(anyOrigins ? withOrigins : rows, out, "No dead-letter queues at " + deadLetters.broker());
        return ExitCodes.OK;
    }

    private static String[] cells(QueueOverview each, Instant now) {
        DeadLetterQueue counts = each.queue();
        return new String[] {
            Long.toString(counts.messages()),
            Long.toString(counts.scheduled()),
            Long.toString(counts.delivering()),
            Words.age(each.oldest(), now),
            each.arrivalsPerSecond() == 0 ? "0" : String.format(Locale.ROOT, "%.1f", each.arrivalsPerSecond()),
            counts.name()
        };
    }

    private static String origins(List<String> origins) {
        String first = String.join(" ", origins.subList(0, Math.min(ORIGINS_IN_A_ROW, origins.size())));
        int more = origins.size() - ORIGINS_IN_A_ROW;
        return more > 0 ? first + " and " + more + " more" : first;
    }

    private int deadLetters(DeadLetters deadLetters, DeadLetterQueue of, Selection chosen, PrintWriter out) {
        Rows rows = new Rows("ID", "DIED", "CAUSE", "ATTEMPTS", "MESSAGE | BODY");
        ScanResult scan = deadLetters.scan(of, chosen, Look.HEADS.atMost(limit), letter -> add(letter, rows, out));
        boolean isChosen = !chosen.equals(Selection.ALL);
        if (session.json()) {
            tellIfPartial(scan);
            return ExitCodes.of(scan, isChosen);
        }
        print(rows, out, isChosen ? "No dead letters in " + of.name() + " match" : "No dead letters in " + of.name());
        if (of.messages() > rows.size() && !isChosen) {
            out.println(rows.size() + " of " + of.messages() + " shown (" + of.scheduled() + " scheduled, "
                    + of.delivering() + " with a consumer)");
        } else if (isChosen) {
            out.println(rows.size() + " match" + (scan.limited() ? ", more may" : "") + "; " + Words.quality(scan));
        }
        tellIfPartial(scan);
        return ExitCodes.of(scan, isChosen);
    }

    private void tellIfPartial(ScanResult scan) {
        if (scan.isPartial() || scan.unread() > 0) {
            session.remark(Words.quality(scan));
        }
    }

    private void add(DeadLetter letter, Rows rows, PrintWriter out) {
        if (session.json()) {
            out.println(Words.line(DeadLetterJson.of(letter)));
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
            rows.print(out, session.terminal().width());
        }
    }
}
