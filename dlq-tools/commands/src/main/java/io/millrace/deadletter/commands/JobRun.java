package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.deadletter.DeadLetterJson;
import io.millrace.deadletter.JobProgress;
import io.millrace.deadletter.JobRecord;
import io.millrace.deadletter.JobRoute;
import io.millrace.deadletter.JobState;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Shows a job while it runs, and says how it ended. */
final class JobRun {
    private static final long LINE_EVERY_NANOS = 1_000_000_000;
    private static final long BAR_EVERY_NANOS = 100_000_000;
    private static final int BAR = 20;

    private final CommandLine command;
    private final Terminal terminal;
    private final boolean json;
    private volatile @Nullable String job;
    private long shownNanos = System.nanoTime();
    private boolean barShown;

    JobRun(CommandLine command, Terminal terminal, boolean json) {
        this.command = command;
        this.terminal = terminal;
        this.json = json;
    }

    /** @param drive starts or resumes a job and tells its progress */
    JobRecord watch(Function<Consumer<JobProgress>, JobRecord> drive) {
        try {
            return drive.apply(this::show);
        } catch (BrokerUnavailableException away) {
            String id = job;
            throw id == null
                    ? away
                    : new BrokerUnavailableException(
                            away.getMessage() + "; nothing is lost or doubled, go on with: " + dlq(command)
                                    + " jobs resume " + id,
                            away);
        } finally {
            clear();
        }
    }

    /** As it comes: a bar that renews itself for a person, else a line a second. */
    synchronized void show(JobProgress step) {
        long now = System.nanoTime();
        if (job == null) {
            job = step.id();
            if (!json && step.planned() > 0) {
                tell("job " + step.id() + ", " + count(step.planned()));
            }
            return;
        }
        if (now - shownNanos < (terminal.interactive() && !json ? BAR_EVERY_NANOS : LINE_EVERY_NANOS)) {
            return;
        }
        shownNanos = now;
        if (json) {
            out().println(Words.line(Words.object()
                    .put("job", step.id())
                    .put("moved", step.moved())
                    .put("planned", step.planned())
                    .put("returned", step.returned())
                    .put("perSecond", Math.round(step.perSecond()))));
            out().flush();
        } else if (terminal.interactive()) {
            barShown = true;
            out().print("\r" + Rows.cut(bar(step), terminal.width() - 1));
            out().flush();
        } else {
            tell(words(step));
        }
    }

    private static String bar(JobProgress step) {
        int full = step.planned() == 0 ? BAR : (int) (BAR * step.moved() / step.planned());
        return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "] " + words(step) + "   ";
    }

    private static String words(JobProgress step) {
        String left = step.perSecond() < 1 || step.moved() >= step.planned()
                ? ""
                : "  " + Math.round((step.planned() - step.moved()) / step.perSecond()) + " s left";
        return String.format(
                Locale.ROOT,
                "%d of %d moved  %.0f/s%s%s",
                step.moved(),
                step.planned(),
                step.perSecond(),
                step.returned() > 0 ? "  " + step.returned() + " came back" : "",
                left);
    }

    synchronized void clear() {
        if (barShown) {
            out().print("\r" + " ".repeat(terminal.width() - 1) + "\r");
            out().flush();
            barShown = false;
        }
    }

    /** What became of it, as one line or one JSON object, and the exit code that says so. */
    int end(JobRecord ended, String verb) {
        if (json) {
            out().println(Words.line(DeadLetterJson.of(ended).put("dryRun", false)));
        } else if (ended.planned() > 0) {
            out().println(verb + " " + count(ended.moved()) + " of "
                    + ended.order().queue() + " to " + targets(ended.routes()));
            if (ended.state() != JobState.COMPLETED) {
                tell("job " + ended.id() + " is " + ended.state() + " after " + ended.moved() + " of "
                        + ended.planned() + (ended.outcome().isEmpty() ? "" : ": " + ended.outcome())
                        + (ended.state().isOver()
                                ? ""
                                : "; go on with: " + dlq(command) + " jobs resume " + ended.id()));
            }
        }
        out().flush();
        return ended.state() == JobState.COMPLETED ? ExitCodes.OK : ExitCodes.UNFINISHED;
    }

    private void tell(String line) {
        command.getErr().println(command.getCommandName() + ": " + line);
        command.getErr().flush();
    }

    private PrintWriter out() {
        return command.getOut();
    }

    /** How a person calls the parent of all verbs. */
    static String dlq(CommandLine command) {
        CommandLine at = command;
        while (!at.getCommandName().equals("dlq") && at.getParent() != null) {
            at = at.getParent();
        }
        return at.getCommandSpec().qualifiedName();
    }

    static String count(long count) {
        return count + (count == 1 ? " dead letter" : " dead letters");
    }

    static String targets(List<JobRoute> routes) {
        return routes.stream()
                .map(route -> target(route) + (routes.size() == 1 ? "" : " (" + route.planned() + ")"))
                .collect(Collectors.joining(", "));
    }

    private static String target(JobRoute route) {
        return route.target() + (route.qualifier().isEmpty() ? "" : " for version " + route.qualifier());
    }
}
