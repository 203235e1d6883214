package io.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "clear", mixinStandardHelpOptions = true, description = "Lets a function share what is unreserved.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class LimitsClearCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Override
    public Integer call() {
        server.client().delete(LambdaClient.concurrency(name));
        spec.commandLine().getOut().println("Reserved for " + name + ": nothing; it shares what is unreserved");
        return ExitCode.OK.code();
    }
}
