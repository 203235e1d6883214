package io.millrace.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "versions",
        mixinStandardHelpOptions = true,
        description = "Lists the versions of a function, $LATEST first.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionVersionsCommand implements Callable<Integer> {
    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Mixin
    private ListOutput output;

    @Override
    public Integer call() {
        return output.print(
                server.client().list(LambdaClient.versions(name), "Versions").stream(),
                List.of("VERSION", "RUNTIME", "MEMORY", "TIMEOUT", "CODE SIZE", "LAST MODIFIED", "DESCRIPTION"),
                each -> List.of(
                        each.path("Version").asText(),
                        each.path("Runtime").asText(),
                        each.path("MemorySize").asLong(),
                        each.path("Timeout").asLong(),
                        each.path("CodeSize").asLong(),
                        each.path("LastModified").asText(),
                        each.path("Description").asText()));
    }
}
