package io.millrace.cli;

import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "account",
        mixinStandardHelpOptions = true,
        description = "Shows, or changes, what all functions together may use.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class LimitsAccountCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Option(
            names = "--set",
            paramLabel = "PERMITS",
            description = "Attempts of all functions that may run at once, from now until the server's next start.")
    private @Nullable Integer permits;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        HttpResponse<byte[]> answer = permits == null
                ? server.client().get("/2016-08-19/account-settings")
                : server.client()
                        .send("PUT", "/_millrace/account", Json.object().put("ConcurrentExecutions", permits));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(LambdaClient.text(answer));
        } else {
            LambdaClient.json(answer).forEach(group -> group.properties()
                    .forEach(each -> out.printf(
                            "%-30s %s%n", each.getKey(), each.getValue().asText())));
        }
        return ExitCode.OK.code();
    }
}
