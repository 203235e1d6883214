package io.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Deletes a function; events that wait for it become dead letters.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionDeleteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Override
    public Integer call() {
        server.client().delete(LambdaClient.function(name));
        spec.commandLine().getOut().println("Deleted function " + name);
        return ExitCode.OK.code();
    }
}
