package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "ls", aliases = "list", mixinStandardHelpOptions = true, description = "Lists the functions.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class FunctionListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Option(names = "--json", description = "One JSON object per line, for machines.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Table table = new Table("FUNCTION", "HANDLER", "RUNTIME", "TIMEOUT", "MEMORY", "LAST MODIFIED");
        for (JsonNode function : server.client().list("/2015-03-31/functions", "Functions")) {
            if (json) {
                out.println(function);
            } else {
                table.add(
                        function.path("FunctionName").asText(),
                        function.path("Handler").asText(),
                        function.path("Runtime").asText(),
                        function.path("Timeout").asLong(),
                        function.path("MemorySize").asLong(),
                        function.path("LastModified").asText());
            }
        }
        if (!json) {
            table.print(out);
        }
        return ExitCode.OK.code();
    }
}
