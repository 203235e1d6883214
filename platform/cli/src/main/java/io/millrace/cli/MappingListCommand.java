package io.millrace.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "ls",
        aliases = "list",
        mixinStandardHelpOptions = true,
        description = "Lists which sources feed which functions.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class MappingListCommand implements Callable<Integer> {
    @Mixin
    private ServerOption server;

    @Option(names = "--function", paramLabel = "NAME", description = "Only those of this function.")
    private @Nullable String function;

    @Mixin
    private ListOutput output;

    @Override
    public Integer call() {
        String query = function == null ? "" : "?FunctionName=" + LambdaClient.segment(function);
        return output.print(
                server.client().list(LambdaClient.mappings() + query, "EventSourceMappings").stream(),
                List.of("UUID", "SOURCE", "FUNCTION", "BATCH", "STATE"),
                each -> List.of(
                        each.path("UUID").asText(),
                        MappingView.source(each),
                        MappingView.function(each),
                        each.path("BatchSize").asText(),
                        each.path("State").asText()));
    }
}
