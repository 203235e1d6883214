package io.millrace.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "ls", aliases = "list", mixinStandardHelpOptions = true, description = "Lists the functions.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionListCommand implements Callable<Integer> {
    @Mixin
    private ServerOption server;

    @Mixin
    private ListOutput output;

    @Override
    public Integer call() {
        return output.print(
                server.client().list("/2015-03-31/functions", "Functions").stream(),
                List.of("FUNCTION", "HANDLER", "RUNTIME", "TIMEOUT", "MEMORY", "LAST MODIFIED"),
                function -> List.of(
                        function.path("FunctionName").asText(),
                        function.path("Handler").asText(),
                        function.path("Runtime").asText(),
                        function.path("Timeout").asLong(),
                        function.path("MemorySize").asLong(),
                        function.path("LastModified").asText()));
    }
}
