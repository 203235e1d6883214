package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.environment.process.Zip;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** As {@link WaitReasonsIT}, on a machine that has room for one process. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class NoRoomIT {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();

    private JsonNode send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
        return JSON.readTree(answer.body());
    }

    private void create(URI server, String function, String code) throws Exception {
        ObjectNode body = JSON.createObjectNode()
                .put("FunctionName", function)
                .put("Runtime", "python3.12")
                .put("Role", "arn:aws:iam::000000000000:role/any")
                .put("Handler", "app.handler")
                .put("Timeout", 600);
        body.putObject("Code").put("ZipFile", new Zip().file("app.py", code).bytes());
        send(HttpRequest.newBuilder(server.resolve("/2015-03-31/functions"))
                .POST(BodyPublishers.ofString(body.toString())));
        Settled.await(server, function);
    }

    private JsonNode why(URI server, String function, String query) throws Exception {
        return send(HttpRequest.newBuilder(server.resolve("/_millrace/functions/" + function + "/waiting" + query)));
    }

    private void awaitReason(URI server, String function, String id, String place, String reason) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode shown = why(server, function, "?request-id=" + id);
            assertThat(shown.path("place").asText()).as(shown.toString()).isEqualTo(place);
            assertThat(shown.path("reason").asText()).as(shown.toString()).isEqualTo(reason);
        });
    }

    @Test
    void an_event_that_waits_for_room_on_the_machine_says_so(@TempDir Path data) throws Exception {
        try (Millrace millrace = Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .http("127.0.0.1", 0)
                .set("environment.maximumProcesses", "1")
                .set("shutdown.drainTimeout", "PT0S")
                .start()) {
            URI server = millrace.httpUrl().orElseThrow();
            create(server, "long", "import time\ndef handler(event, context): time.sleep(500)");
            create(server, "roomless", "def handler(event, context): return event");
            awaitReason(server, "long", millrace.publish("long", "{}").join(), "Running", "");

            String id = millrace.publish("roomless", "{}").join();

            awaitReason(server, "roomless", id, "Waiting", "NoRoom");
            assertThat(why(server, "roomless", "?request-id=" + id)
                            .path("detail")
                            .asText())
                    .contains("environment.maximumProcesses are in use");
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            why(server, "roomless", "").path("reasons").findValuesAsText("reason"))
                    .contains("NoRoom"));
        }
    }
}
