package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetterGroup;
import io.millrace.deadletter.DeadLetterGroups;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Selection;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "groups",
        mixinStandardHelpOptions = true,
        description = "Counts the dead letters of a queue by cause. Changes nothing.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class GroupsCommand implements Callable<Integer> {
    private final Function<BrokerAddress, DeadLetters> connect;
    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Parameters(paramLabel = "FUNCTION|QUEUE", description = "Whose dead letters.")
    private String queue;

    GroupsCommand(Function<BrokerAddress, DeadLetters> connect, Terminal terminal) {
        this.connect = connect;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (DeadLetters deadLetters = connect.apply(broker.address)) {
            DeadLetterQueue of = deadLetters.queue(queue);
            DeadLetterGroups found = deadLetters.groups(of, Selection.ALL);
            PrintWriter out = spec.commandLine().getOut();
            if (broker.json) {
                found.groups().forEach(group -> out.println(json(group)));
            } else {
                print(of, found, out);
            }
            out.flush();
            return ExitCodes.OK;
        }
    }

    private void print(DeadLetterQueue of, DeadLetterGroups found, PrintWriter out) {
        if (found.groups().isEmpty()) {
            out.println("No dead letters in " + of.name());
            return;
        }
        Rows rows = new Rows("COUNT", "FIRST DEATH", "LAST DEATH", "CAUSE", "SAMPLE", "MESSAGE");
        for (DeadLetterGroup group : found.groups()) {
            rows.add(
                    "" + group.count(),
                    Words.time(group.firstDeath()),
                    Words.time(group.lastDeath()),
                    group.errorType().orElse(Words.NO_CAUSE),
                    group.sampleId(),
                    group.errorMessage()
                            .orElseGet(() -> "died in " + group.origin().orElse("an unknown queue")));
        }
        rows.print(out, terminal.width());
        if (found.others() > 0) {
            out.println(found.others() + " more have other causes");
        }
    }

    private static String json(DeadLetterGroup group) {
        return Words.line(Words.object()
                .put("count", group.count())
                .put("fingerprint", group.fingerprint().orElse(null))
                .put("errorType", group.errorType().orElse(null))
                .put("errorMessage", group.errorMessage().orElse(null))
                .put("function", group.function().map(Object::toString).orElse(null))
                .put("origin", group.origin().orElse(null))
                .put("firstDeath", group.firstDeath().map(Instant::toString).orElse(null))
                .put("lastDeath", group.lastDeath().map(Instant::toString).orElse(null))
                .put("sampleId", group.sampleId()));
    }
}
