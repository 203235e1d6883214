package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "ls", aliases = "list", mixinStandardHelpOptions = true, description = "Lists schedules.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class ScheduleListCommand implements Callable<Integer> {
    @Mixin
    private ServerOption server;

    @Option(names = "--group", paramLabel = "GROUP", description = "Only those of this group.")
    private @Nullable String group;

    @Mixin
    private ListOutput output;

    @Override
    public Integer call() {
        return output.print(
                all(server.client()).stream(),
                List.of("NAME", "GROUP", "STATE", "TARGET"),
                each -> List.of(
                        each.path("Name").asText(),
                        each.path("GroupName").asText(),
                        each.path("State").asText(),
                        each.at("/Target/Arn").asText()));
    }

    private List<JsonNode> all(LambdaClient client) {
        String query = group == null ? "" : "&ScheduleGroup=" + LambdaClient.segment(group);
        List<JsonNode> all = new ArrayList<>();
        String token = "";
        do {
            String next = token.isEmpty() ? "" : "&NextToken=" + LambdaClient.segment(token);
            JsonNode page = client.schedules("GET", "/schedules?MaxResults=100" + query + next, Json.object());
            page.path("Schedules").forEach(all::add);
            token = page.path("NextToken").asText("");
        } while (!token.isEmpty());
        return all;
    }
}
