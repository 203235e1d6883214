package io.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "delete", mixinStandardHelpOptions = true, description = "Deletes a stream with all its records.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class StreamDeleteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The stream.")
    private String name;

    @Override
    public Integer call() {
        server.client().kinesis("DeleteStream", StreamView.about(name));
        spec.commandLine().getOut().println("Deleted stream " + name);
        return ExitCode.OK.code();
    }
}
