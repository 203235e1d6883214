package io.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "set",
        mixinStandardHelpOptions = true,
        description = "Keeps so many environments initialised; they come in the background.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ProvisionedSetCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(index = "0", paramLabel = "NAME:QUALIFIER", description = "A published version or an alias.")
    private String qualified;

    @Parameters(index = "1", paramLabel = "N", description = "Environments, at least 1.")
    private int environments;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        String answer = LambdaClient.text(server.client()
                .send(
                        "PUT",
                        LambdaClient.provisioned(qualified),
                        Json.object().put("ProvisionedConcurrentExecutions", environments)));
        spec.commandLine()
                .getOut()
                .println(json ? answer : "Provisioning " + environments + " environments of " + qualified);
        return ExitCode.OK.code();
    }
}
