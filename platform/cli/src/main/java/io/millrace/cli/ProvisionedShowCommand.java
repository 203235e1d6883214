package io.millrace.cli;

import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Shows how far the provisioning of a version or alias has come.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ProvisionedShowCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME:QUALIFIER", description = "A published version or an alias.")
    private String qualified;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        HttpResponse<byte[]> answer = server.client().get(LambdaClient.provisioned(qualified));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(LambdaClient.text(answer));
        } else {
            LambdaClient.json(answer)
                    .properties()
                    .forEach(each -> out.printf(
                            "%-41s %s%n", each.getKey(), each.getValue().asText()));
        }
        return ExitCode.OK.code();
    }
}
