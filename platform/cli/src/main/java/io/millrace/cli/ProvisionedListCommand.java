package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "ls",
        aliases = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the provisioned concurrency of a function.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ProvisionedListCommand implements Callable<Integer> {
    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Mixin
    private ListOutput output;

    @Override
    public Integer call() {
        return output.print(
                server
                        .client()
                        .list(LambdaClient.provisioned(name) + "?List=ALL", "ProvisionedConcurrencyConfigs")
                        .stream(),
                List.of("QUALIFIER", "REQUESTED", "AVAILABLE", "STATUS", "LAST MODIFIED"),
                each -> List.of(
                        qualifier(each),
                        each.path("RequestedProvisionedConcurrentExecutions").asLong(),
                        each.path("AvailableProvisionedConcurrentExecutions").asLong(),
                        each.path("Status").asText(),
                        each.path("LastModified").asText()));
    }

    private static String qualifier(JsonNode config) {
        String arn = config.path("FunctionArn").asText();
        return arn.substring(arn.lastIndexOf(':') + 1);
    }
}
