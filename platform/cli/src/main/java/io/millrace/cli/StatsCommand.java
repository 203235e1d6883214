package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        description = {
            "Where the accepted events of each function are: accepted is the sum of the columns after it.",
            "Then what became of the events of each event source mapping since the server began."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class StatsCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** Of an ARN; the name follows. */
    private static final String FUNCTION = ":function:";

    private static final String TOP_OF_SCREEN = "\u001b[H\u001b[2J";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Option(names = "--json", description = "Exactly what the server answers.")
    private boolean json;

    @Option(names = "--watch", description = "Again every second, until Ctrl-C.")
    private boolean watch;

    @Override
    public Integer call() {
        LambdaClient client = server.client();
        if (watch) {
            Polling.every(PAUSE, Duration.ofDays(365), () -> show(client), shown -> false);
        } else {
            show(client);
        }
        return ExitCode.OK.code();
    }

    private boolean show(LambdaClient client) {
        HttpResponse<byte[]> stats = client.get("/_millrace/stats");
        PrintWriter out = spec.commandLine().getOut();
        if (watch && Output.isTerminal()) {
            out.print(TOP_OF_SCREEN);
        }
        if (json) {
            out.println(LambdaClient.text(stats));
            out.flush();
        } else {
            JsonNode shown = LambdaClient.json(stats);
            functions(shown.path("functions")).print(out);
            JsonNode mappings = shown.path("mappings");
            if (!mappings.isEmpty()) {
                out.println();
                mappings(mappings).print(out);
            }
        }
        return true;
    }

    private static Table functions(JsonNode functions) {
        Table table = new Table(
                "FUNCTION", "ACCEPTED", "WAITING", "DELAYED", "RUNNING", "SUCCEEDED", "DEAD-LETTERED", "EXPIRED");
        functions.properties().forEach(function -> {
            JsonNode counts = function.getValue();
            table.add(
                    function.getKey(),
                    counts.path("accepted").asLong(),
                    counts.path("waiting").asLong(),
                    counts.path("delayed").asLong(),
                    counts.path("running").asLong(),
                    counts.path("succeeded").asLong(),
                    counts.path("deadLettered").asLong(),
                    counts.path("expired").asLong());
        });
        return table;
    }

    private static Table mappings(JsonNode mappings) {
        Table table = new Table(
                "MAPPING",
                "FUNCTION",
                "STATE",
                "POLLED",
                "FILTERED-OUT",
                "INVOKED",
                "FAILED-INVOKE",
                "DONE",
                "ON-FAILURE",
                "DROPPED",
                "BACKLOG",
                "LAST-RESULT");
        mappings.properties().forEach(mapping -> {
            JsonNode counts = mapping.getValue();
            String function = counts.path("function").asText();
            table.add(
                    mapping.getKey(),
                    function.substring(function.indexOf(FUNCTION) + FUNCTION.length()),
                    counts.path("state").asText(),
                    counts.path("polled").asLong(),
                    counts.path("filteredOut").asLong(),
                    counts.path("invoked").asLong(),
                    counts.path("failedInvoke").asLong(),
                    // Of a queue, or of a source in partitions.
                    counts.path("deleted").asLong() + counts.path("committed").asLong(),
                    counts.path("onFailureDestinationDelivered").asLong(),
                    counts.path("dropped").asLong(),
                    counts.path("backlog").asText("-"),
                    counts.path("lastProcessingResult").asText("-"));
        });
        return table;
    }
}
