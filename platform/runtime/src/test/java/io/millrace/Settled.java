package io.millrace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Waits as the waiters of AWS's SDKs do: a change is accepted before it is done. */
final class Settled {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Settled() {}

    /** @return the function's configuration when no change of it is under way; it may be gone */
    static JsonNode await(URI door, String function) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> look(door, function), Settled::isSettled);
    }

    private static boolean isSettled(JsonNode configuration) {
        return !configuration.path("State").asText().equals("Pending")
                && !configuration.path("LastUpdateStatus").asText().equals("InProgress");
    }

    private static JsonNode look(URI door, String function) throws IOException, InterruptedException {
        URI page = door.resolve("/2015-03-31/functions/" + function + "/configuration");
        HttpResponse<byte[]> answer = HTTP.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofByteArray());
        return new ObjectMapper().readTree(answer.body());
    }
}
