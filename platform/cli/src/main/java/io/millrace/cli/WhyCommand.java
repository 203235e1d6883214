package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        description = "What the events of a function wait for, or where one of them is.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields before anything runs
final class WhyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOption server;

    @Parameters(paramLabel = "FUNCTION", description = "Name of the function.")
    private String function;

    @Option(
            names = "--request-id",
            paramLabel = "ID",
            description = "Of one event, as it was told when it was accepted.")
    private @Nullable String requestId;

    @Option(names = "--json", description = "Exactly what the server answers.")
    private boolean json;

    @Override
    public Integer call() {
        HttpResponse<byte[]> answer = server.client()
                .get("/_millrace/functions/" + LambdaClient.segment(function) + "/waiting"
                        + (requestId == null
                                ? ""
                                : "?request-id=" + URLEncoder.encode(requestId, StandardCharsets.UTF_8)));
        PrintWriter out = spec.commandLine().getOut();
        JsonNode shown = LambdaClient.json(answer);
        if (json) {
            out.println(LambdaClient.text(answer));
        } else if (requestId == null) {
            function(shown, out);
        } else {
            out.println(place(shown));
        }
        return ExitCode.OK.code();
    }

    private static String place(JsonNode shown) {
        String place = shown.path("place").asText();
        String reason = shown.path("reason").asText(place);
        return place + (reason.equals(place) ? "" : " (" + reason + ")") + ": "
                + shown.path("detail").asText() + until(shown);
    }

    private static String until(JsonNode shown) {
        String until = shown.path("until").asText();
        return until.isEmpty() ? "" : "; until " + until;
    }

    private static void function(JsonNode shown, PrintWriter out) {
        String reason = shown.path("stateReason").asText();
        out.println(
                shown.path("function").asText() + " is " + shown.path("state").asText()
                        + (reason.isEmpty() ? "" : " (" + reason + ")") + ": "
                        + shown.path("waiting").asLong() + " waiting, "
                        + shown.path("delayed").asLong() + " delayed, "
                        + shown.path("running").asLong() + " running");
        if (shown.path("reasons").isEmpty()) {
            return;
        }
        Table table = new Table("EVENTS", "REASON", "DETAIL");
        shown.path("reasons")
                .forEach(wait -> table.add(
                        wait.path("events").asLong(),
                        wait.path("reason").asText(),
                        wait.path("detail").asText() + until(wait)));
        table.print(out);
    }
}
