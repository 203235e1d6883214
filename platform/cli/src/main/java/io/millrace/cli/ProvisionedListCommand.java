package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "ls",
        aliases = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the provisioned concurrency of a function.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ProvisionedListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Option(names = "--json", description = "One JSON object per line, for machines.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Table table = new Table("QUALIFIER", "REQUESTED", "AVAILABLE", "STATUS", "LAST MODIFIED");
        for (JsonNode each :
                server.client().list(LambdaClient.provisioned(name) + "?List=ALL", "ProvisionedConcurrencyConfigs")) {
            if (json) {
                out.println(each);
            } else {
                table.add(
                        qualifier(each),
                        each.path("RequestedProvisionedConcurrentExecutions").asLong(),
                        each.path("AvailableProvisionedConcurrentExecutions").asLong(),
                        each.path("Status").asText(),
                        each.path("LastModified").asText());
            }
        }
        if (!json) {
            table.print(out);
        }
        return ExitCode.OK.code();
    }

    private static String qualifier(JsonNode config) {
        String arn = config.path("FunctionArn").asText();
        return arn.substring(arn.lastIndexOf(':') + 1);
    }
}
