package io.millrace.deadletter.commands;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "redrive",
        mixinStandardHelpOptions = true,
        description = "Moves dead letters back to where they died, as a job. Killed midway, it has lost and doubled "
                + "nothing: dlq jobs resume goes on.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class RedriveCommand implements Callable<Integer> {
    @Mixin
    private final DeadLetterSession session;

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

    RedriveCommand(DeadLetterSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        JobStart start = new JobStart(session, options, "redrive", "Redrove");
        return start.run(queue, selection, Optional.ofNullable(target));
    }
}
