package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "ls", aliases = "list", mixinStandardHelpOptions = true, description = "Lists the streams.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class StreamListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Option(names = "--json", description = "One JSON object per line, for machines.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        LambdaClient client = server.client();
        Table table = new Table("STREAM", "SHARDS", "HOURS", "STATUS");
        for (String name : names(client)) {
            JsonNode stream = client.kinesis("DescribeStreamSummary", StreamView.about(name))
                    .path("StreamDescriptionSummary");
            if (json) {
                out.println(stream);
            } else {
                table.add(
                        name,
                        stream.path("OpenShardCount").asText(),
                        stream.path("RetentionPeriodHours").asText(),
                        stream.path("StreamStatus").asText());
            }
        }
        if (!json) {
            table.print(out);
        }
        return ExitCode.OK.code();
    }

    private static List<String> names(LambdaClient client) {
        List<String> names = new ArrayList<>();
        ObjectNode request = Json.object();
        JsonNode page;
        do {
            page = client.kinesis("ListStreams", request);
            page.path("StreamNames").forEach(name -> names.add(name.asText()));
            request.set("NextToken", page.path("NextToken"));
        } while (page.path("HasMoreStreams").asBoolean());
        return names;
    }
}
