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
        description = "Lists the aliases of a function.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class AliasListCommand implements Callable<Integer> {
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
        Table table = new Table("ALIAS", "VERSION", "ALSO", "DESCRIPTION");
        for (JsonNode each : server.client().list(LambdaClient.aliases(name), "Aliases")) {
            if (json) {
                out.println(each);
            } else {
                table.add(
                        each.path("Name").asText(),
                        each.path("FunctionVersion").asText(),
                        Route.shown(each),
                        each.path("Description").asText());
            }
        }
        if (!json) {
            table.print(out);
        }
        return ExitCode.OK.code();
    }
}
