package io.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "set",
        mixinStandardHelpOptions = true,
        description = "Reserves permits for a function, which are also the most it can have.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class LimitsSetCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(index = "0", paramLabel = "NAME", description = "The function.")
    private String name;

    @Parameters(index = "1", paramLabel = "N", description = "Attempts at once; 0 switches it off.")
    private int permits;

    @Override
    public Integer call() {
        server.client()
                .send(
                        "PUT",
                        LambdaClient.concurrency(name),
                        Json.object().put("ReservedConcurrentExecutions", permits));
        spec.commandLine().getOut().println("Reserved for " + name + ": " + permits);
        return ExitCode.OK.code();
    }
}
