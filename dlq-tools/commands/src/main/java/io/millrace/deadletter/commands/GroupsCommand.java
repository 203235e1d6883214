package io.millrace.deadletter.commands;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.DeadLetterGroup;
import io.millrace.deadletter.DeadLetterGroups;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.GroupBy;
import io.millrace.deadletter.GroupsProgress;
import io.millrace.deadletter.Selection;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "groups",
        mixinStandardHelpOptions = true,
        description = "Counts the dead letters of a queue by cause, or by what --by says. Changes nothing.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class GroupsCommand implements Callable<Integer> {
    private static final int TREND_WIDTH = 12;
    private static final int WIDE_ENOUGH_FOR_SAMPLES = 120;
    private static final int WIDE_ENOUGH_FOR_TRENDS = 150;

    @Mixin
    private final DeadLetterSession session;

    @Mixin
    private SelectionOptions selection;

    @Parameters(paramLabel = "FUNCTION|QUEUE", description = "Whose dead letters.")
    private String queue;

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            defaultValue = "cause",
            description = "cause, origin, function, version, minute, header:NAME or json:/POINTER."
                    + " Default: ${DEFAULT-VALUE}")
    private String by;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "50",
            description =
                    "The largest N groups, 1 to 1,000; the others are counted together. Default: ${DEFAULT-VALUE}")
    private int top;

    GroupsCommand(DeadLetterSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (top < 1 || top > 1_000) {
            throw session.misuse("--top is " + top + ", expected 1 to 1000");
        }
        GroupBy grouping = grouping();
        Selection chosen = selection.selection();
        StatusLine status = session.status();
        return session.with(queue, (deadLetters, of) -> {
            DeadLetterGroups found = deadLetters.groups(of, chosen, grouping, progress -> status.show(line(progress)));
            status.clear();
            tell(of, found);
            return ExitCodes.of(found.scan(), !chosen.equals(Selection.ALL));
        });
    }

    private void tell(DeadLetterQueue of, DeadLetterGroups found) {
        PrintWriter out = session.out();
        if (session.json()) {
            json(found, out);
        } else {
            print(of, found, out);
        }
        out.flush();
        if (found.scan().isPartial() && !session.json()) {
            session.remark(Words.quality(found.scan()));
        }
    }

    private GroupBy grouping() {
        try {
            return GroupBy.parse(by);
        } catch (IllegalArgumentException wrong) {
            throw session.misuse("--by is " + wrong.getMessage(), wrong);
        }
    }

    private static String line(GroupsProgress progress) {
        String largest = progress.soFar().stream()
                .findFirst()
                .map(group -> "; most so far: " + group.count() + " " + cause(group))
                .orElse("");
        return progress.seen() + " of " + progress.total() + " counted" + largest;
    }

    private void print(DeadLetterQueue of, DeadLetterGroups found, PrintWriter out) {
        if (found.groups().isEmpty()) {
            out.println("No dead letters in " + of.name());
            return;
        }
        boolean byCause = by.equals(GroupBy.CAUSE.name());
        boolean trends = session.terminal().width() >= WIDE_ENOUGH_FOR_TRENDS;
        boolean samples = session.terminal().width() >= WIDE_ENOUGH_FOR_SAMPLES;
        Rows rows = new Rows(heads(byCause, trends, samples));
        List<DeadLetterGroup> shown = found.groups().stream().limit(top).toList();
        Instant from = edge(shown, DeadLetterGroup::firstDeath, true);
        Instant to = edge(shown, DeadLetterGroup::lastDeath, false);
        for (DeadLetterGroup group : shown) {
            List<String> cells = new ArrayList<>();
            cells.add(Long.toString(group.count()));
            if (trends) {
                cells.add(Words.time(group.firstDeath()));
            }
            cells.add(Words.time(group.lastDeath()));
            if (trends) {
                cells.add(Sparkline.of(group.trend(), from, to, TREND_WIDTH));
            }
            cells.add(group.key());
            if (byCause) {
                cells.add(cause(group));
            }
            if (samples) {
                cells.add(group.sampleId());
            }
            cells.add(message(group, byCause));
            rows.add(cells.toArray(String[]::new));
        }
        rows.print(out, session.terminal().width());
        long others = found.others()
                + found.groups().stream()
                        .skip(top)
                        .mapToLong(DeadLetterGroup::count)
                        .sum();
        if (others > 0) {
            out.println(others + " more are in other groups");
        }
        out.println(Words.quality(found.scan()));
    }

    private static String[] heads(boolean byCause, boolean trends, boolean samples) {
        List<String> heads = new ArrayList<>(List.of("COUNT"));
        if (trends) {
            heads.add("FIRST DEATH");
        }
        heads.add("LAST DEATH");
        if (trends) {
            heads.add("TREND");
        }
        if (byCause) {
            heads.add("GROUP");
            heads.add("CAUSE");
        } else {
            heads.add("KEY");
        }
        if (samples) {
            heads.add("SAMPLE");
        }
        heads.add(byCause ? "MESSAGE" : "FIRST CAUSE");
        return heads.toArray(String[]::new);
    }

    private static Instant edge(
            List<DeadLetterGroup> groups, Function<DeadLetterGroup, Optional<Instant>> time, boolean first) {
        return groups.stream()
                .flatMap(group -> time.apply(group).stream())
                .reduce((one, other) -> one.isBefore(other) == first ? one : other)
                .orElse(Instant.EPOCH);
    }

    private static String cause(DeadLetterGroup group) {
        return group.errorType().orElse(Words.NO_CAUSE);
    }

    private static String message(DeadLetterGroup group, boolean byCause) {
        String message =
                group.errorMessage().orElseGet(() -> "died in " + group.origin().orElse("an unknown queue"));
        String text = byCause ? message : cause(group) + ": " + message;
        return group.topFrame().map(frame -> text + "  at " + frame).orElse(text);
    }

    private void json(DeadLetterGroups found, PrintWriter out) {
        long others = found.others();
        for (int i = 0; i < found.groups().size(); i++) {
            if (i < top) {
                out.println(Words.line(json(found.groups().get(i))));
            } else {
                others += found.groups().get(i).count();
            }
        }
        ObjectNode end = Words.object();
        end.putObject("summary").put("others", others).setAll(Words.json(found.scan()));
        session.err().println(Words.line(end));
    }

    private static ObjectNode json(DeadLetterGroup group) {
        ObjectNode node = Words.object()
                .put("count", group.count())
                .put("key", group.key())
                .put("fingerprint", group.fingerprint().orElse(null))
                .put("errorType", group.errorType().orElse(null))
                .put("errorMessage", group.errorMessage().orElse(null))
                .put("topFrame", group.topFrame().orElse(null))
                .put("function", group.function().map(Object::toString).orElse(null))
                .put("origin", group.origin().orElse(null))
                .put("firstDeath", group.firstDeath().map(Instant::toString).orElse(null))
                .put("lastDeath", group.lastDeath().map(Instant::toString).orElse(null))
                .put("sampleId", group.sampleId());
        ArrayNode samples = node.putArray("sampleIds");
        group.sampleIds().forEach(samples::add);
        node.put("trendStepSeconds", group.trend().step().toSeconds());
        ObjectNode trend = node.putObject("trend");
        group.trend().deaths().forEach((step, count) -> trend.put(step.toString(), count));
        return node;
    }
}
