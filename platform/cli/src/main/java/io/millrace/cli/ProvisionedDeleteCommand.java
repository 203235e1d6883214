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
        description = "Gives up the environments kept for a version or alias.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ProvisionedDeleteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME:QUALIFIER", description = "A published version or an alias.")
    private String qualified;

    @Override
    public Integer call() {
        server.client().delete(LambdaClient.provisioned(qualified));
        spec.commandLine().getOut().println("Deleted provisioned concurrency of " + qualified);
        return ExitCode.OK.code();
    }
}
