package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "redrive",
        mixinStandardHelpOptions = true,
        description = "Moves dead letters back to where they died, as a job. Killed midway, it has lost and doubled "
                + "nothing: dlq jobs resume goes on.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class RedriveCommand implements Callable<Integer> {
    private final Function<BrokerAddress, DeadLetters> connect;
    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Mixin
    private JobOptions options;

    @Parameters(paramLabel = "FUNCTION|QUEUE", description = "Whose dead letters.")
    private String queue;

    @Mixin
    private SelectionOptions selection;

    @Option(
            names = "--to",
            paramLabel = "TARGET",
            description = "A function, function:version or queue to move them to instead.")
    private @Nullable String target;

    RedriveCommand(Function<BrokerAddress, DeadLetters> connect, Terminal terminal) {
        this.connect = connect;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JobStart start = new JobStart(spec.commandLine(), terminal, broker.json, options, "redrive", "Redrove");
        start.check();
        try (DeadLetters deadLetters = connect.apply(broker.address)) {
            DeadLetterQueue from = deadLetters.queue(queue);
            return start.run(deadLetters.jobs(), from, selection.selection(), Optional.ofNullable(target));
        }
    }
}
