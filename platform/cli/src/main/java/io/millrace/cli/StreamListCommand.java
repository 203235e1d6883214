package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "ls", aliases = "list", mixinStandardHelpOptions = true, description = "Lists the streams.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class StreamListCommand implements Callable<Integer> {
    @Mixin
    private ServerOption server;

    @Mixin
    private ListOutput output;

    @Override
    public Integer call() {
        LambdaClient client = server.client();
        Stream<JsonNode> streams = names(client).stream()
                .map(name -> client.kinesis("DescribeStreamSummary", StreamView.about(name))
                        .path("StreamDescriptionSummary"));
        return output.print(
                streams,
                List.of("STREAM", "SHARDS", "HOURS", "STATUS"),
                stream -> List.of(
                        stream.path("StreamName").asText(),
                        stream.path("OpenShardCount").asText(),
                        stream.path("RetentionPeriodHours").asText(),
                        stream.path("StreamStatus").asText()));
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
