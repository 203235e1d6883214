package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The schedule that a verb is about. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class StoredSchedule {
    private static final Set<String> SET_BY_THE_SERVER = Set.of("Arn", "CreationDate", "LastModificationDate");

    @Parameters(paramLabel = "NAME", description = "The schedule.")
    private String name;

    @Option(
            names = "--group",
            paramLabel = "GROUP",
            defaultValue = "default",
            description = "Its group. Default: ${DEFAULT-VALUE}")
    private String group;

    String name() {
        return name;
    }

    String group() {
        return group;
    }

    private String path() {
        return LambdaClient.schedule(name) + "?groupName=" + LambdaClient.segment(group);
    }

    JsonNode show(LambdaClient client) {
        return client.schedules("GET", path(), Json.object());
    }

    void delete(LambdaClient client) {
        client.schedules("DELETE", path(), Json.object());
    }

    /** With all else as it is. */
    void switchTo(String state, LambdaClient client) {
        ObjectNode request = Json.object();
        show(client).properties().stream()
                .filter(member -> !SET_BY_THE_SERVER.contains(member.getKey()))
                .forEach(member -> request.set(member.getKey(), member.getValue()));
        client.schedules("PUT", LambdaClient.schedule(name), request.put("State", state));
    }
}
