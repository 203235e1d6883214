package io.millrace.deadletter.commands;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "move",
        mixinStandardHelpOptions = true,
        description = "Moves dead letters to another queue, as a job: see redrive and jobs.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class MoveCommand implements Callable<Integer> {
    private final Function<BrokerAddress, DeadLetters> connect;
    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private BrokerOption broker;

    @Mixin
    private JobOptions options;

    @Mixin
    private SelectionOptions selection;

    @Parameters(index = "0", paramLabel = "FUNCTION|QUEUE", description = "Whose dead letters.")
    private String queue;

    @Parameters(index = "1", paramLabel = "TARGET", description = "A function or queue that gets them.")
    private String target;

    MoveCommand(Function<BrokerAddress, DeadLetters> connect, Terminal terminal) {
        this.connect = connect;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JobStart start = new JobStart(spec.commandLine(), terminal, broker.json, options, "move", "Moved");
        start.check();
        try (DeadLetters deadLetters = connect.apply(broker.address)) {
            DeadLetterQueue from = deadLetters.queue(queue);
            return start.run(deadLetters.jobs(), from, selection.selection(), Optional.of(target));
        }
    }
}
