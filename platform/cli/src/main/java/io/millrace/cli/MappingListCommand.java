package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "ls",
        aliases = "list",
        mixinStandardHelpOptions = true,
        description = "Lists which sources feed which functions.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class MappingListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Option(names = "--function", paramLabel = "NAME", description = "Only those of this function.")
    private @Nullable String function;

    @Option(names = "--json", description = "One JSON object per line, for machines.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Table table = new Table("UUID", "SOURCE", "FUNCTION", "BATCH", "STATE");
        String query = function == null ? "" : "?FunctionName=" + LambdaClient.segment(function);
        for (JsonNode each : server.client().list(LambdaClient.mappings() + query, "EventSourceMappings")) {
            if (json) {
                out.println(each);
            } else {
                table.add(
                        each.path("UUID").asText(),
                        MappingView.source(each),
                        MappingView.function(each),
                        each.path("BatchSize").asText(),
                        each.path("State").asText());
            }
        }
        if (!json) {
            table.print(out);
        }
        return ExitCode.OK.code();
    }
}
