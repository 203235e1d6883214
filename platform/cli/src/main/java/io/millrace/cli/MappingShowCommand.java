package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "show", mixinStandardHelpOptions = true, description = "Shows a mapping.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class MappingShowCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "UUID", description = "The mapping.")
    private String uuid;

    @Option(names = "--json", description = "Print what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        HttpResponse<byte[]> answer = server.client().get(LambdaClient.mapping(uuid));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(LambdaClient.text(answer));
        } else {
            LambdaClient.json(answer)
                    .properties()
                    .forEach(each -> out.printf("%-31s %s%n", each.getKey(), shown(each.getValue())));
        }
        return ExitCode.OK.code();
    }

    private static String shown(JsonNode value) {
        return value.isContainerNode() ? value.toString() : value.asText();
    }
}
