package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.RedriveProgress;
import io.millrace.deadletter.RedriveRequest;
import io.millrace.deadletter.RedriveResult;
import io.millrace.deadletter.RefusedException;
import io.millrace.deadletter.Selection;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "redrive",
        mixinStandardHelpOptions = true,
        description = "Moves dead letters back to where they died. Killed midway, it has lost and doubled nothing: "
                + "run it again.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class RedriveCommand implements Callable<Integer> {
    private final Function<BrokerAddress, DeadLetters> connect;
    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Parameters(paramLabel = "FUNCTION|QUEUE", description = "Whose dead letters.")
    private String queue;

    @Option(names = "--id", paramLabel = "ID", description = "Only this one; may be given several times.")
    private List<String> ids = List.of();

    @Option(names = "--cause", paramLabel = "TYPE", description = "Only those with this error type.")
    private @Nullable String cause;

    @Option(names = "--max", paramLabel = "N", description = "At most so many, at least 1. Default: all.")
    private long max = Long.MAX_VALUE;

    @Option(names = "--to", paramLabel = "QUEUE", description = "Move them to this queue instead.")
    private @Nullable String target;

    @Option(names = "--dry-run", description = "Only say what would be moved.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    private volatile long movedSoFar;

    RedriveCommand(Function<BrokerAddress, DeadLetters> connect, Terminal terminal) {
        this.connect = connect;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (max < 1) {
            throw new ParameterException(spec.commandLine(), "--max is " + max + ", expected at least 1");
        }
        if (!dryRun && !yes && !terminal.interactive()) {
            throw new RefusedException("nobody to ask here: add --yes to move, or --dry-run to see what would be");
        }
        try (DeadLetters deadLetters = connect.apply(broker.address)) {
            return redrive(deadLetters, deadLetters.queue(queue));
        }
    }

    private int redrive(DeadLetters deadLetters, DeadLetterQueue from) {
        RedriveRequest request = new RedriveRequest(
                new Selection(Set.copyOf(ids), Optional.ofNullable(cause), Optional.empty()),
                Optional.ofNullable(target),
                max,
                dryRun);
        if (!dryRun && !yes) {
            RedriveResult plan = deadLetters.redrive(from, request.onlyPlanned());
            if (plan.planned() > 0 && !confirmed(plan)) {
                throw new RefusedException("nothing was moved");
            }
        }
        RedriveResult result = redrive(deadLetters, from, request);
        tell(from, result);
        return result.planned() == 0 ? ExitCodes.REFUSED : ExitCodes.OK;
    }

    private RedriveResult redrive(DeadLetters deadLetters, DeadLetterQueue from, RedriveRequest request) {
        try {
            return deadLetters.redrive(from, request, this::progress);
        } catch (BrokerUnavailableException away) {
            throw new BrokerUnavailableException(
                    away.getMessage() + "; at least " + count(movedSoFar) + " moved, run it again for the rest", away);
        }
    }

    private boolean confirmed(RedriveResult plan) {
        PrintWriter out = spec.commandLine().getOut();
        out.print("Move " + count(plan.planned()) + " to " + targets(plan) + "? [y/N] ");
        out.flush();
        return terminal.confirms();
    }

    private void progress(RedriveProgress step) {
        movedSoFar = step.moved();
        if (terminal.interactive() && !broker.json) {
            PrintWriter out = spec.commandLine().getOut();
            out.print("\r" + step.moved() + " of " + step.planned() + " moved");
            out.flush();
        }
    }

    private void tell(DeadLetterQueue from, RedriveResult result) {
        PrintWriter out = spec.commandLine().getOut();
        if (broker.json) {
            out.println(Words.line(Words.object()
                    .put("queue", from.name())
                    .put("dryRun", dryRun)
                    .put("planned", result.planned())
                    .put("moved", result.moved())
                    .put("withoutOrigin", result.withoutOrigin())));
        } else if (result.planned() > 0) {
            String lead = terminal.interactive() && !dryRun ? "\r" : "";
            out.println(
                    lead + (dryRun ? "Would redrive " + count(result.planned()) : "Redrove " + count(result.moved()))
                            + " of " + from.name() + " to " + targets(result));
        }
        out.flush();
        if (result.withoutOrigin() > 0) {
            tellError(count(result.withoutOrigin()) + " of " + from.name()
                    + " left there: nobody wrote down where they died; name a queue with --to");
        } else if (result.planned() == 0) {
            tellError("no dead letters to redrive in " + from.name());
        }
    }

    private void tellError(String message) {
        spec.commandLine().getErr().println("redrive: " + message);
    }

    private static String count(long count) {
        return count + (count == 1 ? " dead letter" : " dead letters");
    }

    private static String targets(RedriveResult plan) {
        return plan.routes().stream()
                .map(route ->
                        plan.routes().size() == 1 ? route.target() : route.target() + " (" + route.planned() + ")")
                .collect(Collectors.joining(", "));
    }
}
