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

@Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a function.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionShowCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function; NAME:VERSION or NAME:ALIAS for another version.")
    private String name;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        HttpResponse<byte[]> answer = server.client().get(LambdaClient.function(name));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(LambdaClient.text(answer));
        } else {
            FunctionView.print(LambdaClient.json(answer), out);
        }
        return ExitCode.OK.code();
    }
}
