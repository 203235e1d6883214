package io.millrace.deadletter.commands;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "move",
        mixinStandardHelpOptions = true,
        description = "Moves dead letters to another queue, as a job: see redrive and jobs.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class MoveCommand implements Callable<Integer> {
    @Mixin
    private final DeadLetterSession session;

    @Mixin
    private JobOptions options;

    @Mixin
    private SelectionOptions selection;

    @Parameters(index = "0", paramLabel = "FUNCTION|QUEUE", description = "Whose dead letters.")
    private String queue;

    @Parameters(index = "1", paramLabel = "TARGET", description = "A function or queue that gets them.")
    private String target;

    MoveCommand(DeadLetterSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        JobStart start = new JobStart(session, options, "move", "Moved");
        return start.run(queue, selection, Optional.of(target));
    }
}
