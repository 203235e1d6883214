package io.millrace.cli;

import java.net.http.HttpResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "show", mixinStandardHelpOptions = true, description = "Shows what is reserved for a function.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class LimitsShowCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        HttpResponse<byte[]> answer = server.client().get(LambdaClient.reserved(name));
        String reserved = LambdaClient.json(answer)
                .path("ReservedConcurrentExecutions")
                .asText("nothing; it shares what is unreserved");
        spec.commandLine()
                .getOut()
                .println(json ? LambdaClient.text(answer) : "Reserved for " + name + ": " + reserved);
        return ExitCode.OK.code();
    }
}
