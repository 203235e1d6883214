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
        description = "Where the accepted events of each function are: accepted is the sum of the columns after it.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class StatsCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofSeconds(1);
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
            table(LambdaClient.json(stats).path("functions")).print(out);
        }
        return true;
    }

    private static Table table(JsonNode functions) {
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
}
