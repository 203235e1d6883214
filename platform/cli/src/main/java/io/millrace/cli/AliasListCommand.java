package io.millrace.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "ls",
        aliases = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the aliases of a function.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class AliasListCommand implements Callable<Integer> {
    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Mixin
    private ListOutput output;

    @Override
    public Integer call() {
        return output.print(
                server.client().list(LambdaClient.aliases(name), "Aliases").stream(),
                List.of("ALIAS", "VERSION", "ALSO", "DESCRIPTION"),
                each -> List.of(
                        each.path("Name").asText(),
                        each.path("FunctionVersion").asText(),
                        Route.shown(each),
                        each.path("Description").asText()));
    }
}
