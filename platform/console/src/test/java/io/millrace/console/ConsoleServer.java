package io.millrace.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.Millrace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

/** A whole server with the console on its class path, and a client of it that is no browser. */
final class ConsoleServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Millrace millrace;
    private final URI url;

    private ConsoleServer(Millrace millrace) {
        this.millrace = millrace;
        this.url = millrace.httpUrl().orElseThrow();
    }

    static ConsoleServer start(Path data) {
        return new ConsoleServer(Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .http("127.0.0.1", 0)
                .set("shutdown.drainTimeout", "PT0.1S")
                .set("function.timeout", "PT1M") // The machine may build other things too.
                .start());
    }

    Millrace millrace() {
        return millrace;
    }

    URI url() {
        return url;
    }

    /** @param headers names and values in turn */
    HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, "", headers);
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .version(HttpClient.Version.HTTP_1_1)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", stop);
        }
    }

    /** A new access key, asked for with {@code headers} that say who may. */
    JsonNode createKey(String user, String role, String... headers) {
        return json(send("POST", "/_millrace/keys", "{\"User\":\"" + user + "\",\"Role\":\"" + role + "\"}", headers));
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException notJson) {
            throw new UncheckedIOException(response.toString() + " " + response.body(), notJson);
        }
    }

    static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Override
    public void close() {
        millrace.close();
    }
}
