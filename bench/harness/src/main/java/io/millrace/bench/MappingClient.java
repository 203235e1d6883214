package io.millrace.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Event source mappings as a client of the Lambda API has them. Blocks. */
final class MappingClient {
    private static final String MAPPINGS = "/2015-03-31/event-source-mappings";

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI api;

    MappingClient(URI api) {
        this.api = api;
    }

    /** @return the UUID of a mapping that is disabled */
    String create(String queue, String function, int batchSize) {
        JsonObject mapping = new JsonObject()
                .put("EventSourceArn", "arn:aws:sqs:us-east-1:000000000000:" + queue)
                .put("FunctionName", function)
                .put("BatchSize", batchSize)
                .put("Enabled", false);
        if (batchSize > 10) {
            mapping.put("MaximumBatchingWindowInSeconds", 1); // As Lambda demands it.
        }
        return exchange("POST", MAPPINGS, mapping.encode()).getString("UUID");
    }

    /** Returns when it has taken place. */
    void enable(String uuid, boolean enabled) {
        exchange(
                "PUT",
                MAPPINGS + "/" + uuid,
                new JsonObject().put("Enabled", enabled).encode());
        String wanted = enabled ? "Enabled" : "Disabled";
        Waiting.until("mapping " + uuid + " to be " + wanted, () -> exchange("GET", MAPPINGS + "/" + uuid, "")
                .getString("State")
                .equals(wanted));
    }

    private JsonObject exchange(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(api.resolve(path))
                .method(method, BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        method + " " + path + " was answered " + answer.statusCode() + " " + answer.body());
            }
            return new JsonObject(answer.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in " + method + " " + path, interrupted);
        }
    }
}
