package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.runtime.access.RequestSigner;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The server's HTTP API for commands. Blocking. Every call fails with ServerUnavailableException when the server cannot
 * be reached and with CommandFailedException, in the server's own words, when it says no.
 */
final class LambdaClient {
    /** Where nobody listens it is refused at once. */
    private static final Duration CONNECT = Duration.ofSeconds(30);
    /** The longest a function may run, and a minute for the way. */
    private static final Duration ANSWER = Duration.ofMinutes(16);

    private static final int FIRST_ERROR = 400;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private static final byte[] NOTHING = {};

    private final URI server;
    private final Optional<RequestSigner> signer;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    /** For a server that accepts any credentials. */
    LambdaClient(URI server) {
        this(server, Optional.empty());
    }

    /** @param signer of a caller with an access key */
    LambdaClient(URI server, Optional<RequestSigner> signer) {
        this.server = server;
        this.signer = signer;
    }

    /** Where a function's own pages are. */
    static String function(String name) {
        return "/2015-03-31/functions/" + segment(name);
    }

    static String concurrency(String name) {
        return "/2017-10-31/functions/" + segment(name) + "/concurrency";
    }

    /** Where a reservation is read, at another date than where it is set. */
    static String reserved(String name) {
        return "/2019-09-30/functions/" + segment(name) + "/concurrency";
    }

    static String eventInvokeConfig(String name) {
        return "/2019-09-25/functions/" + segment(name) + "/event-invoke-config";
    }

    static String versions(String name) {
        return function(name) + "/versions";
    }

    static String aliases(String name) {
        return function(name) + "/aliases";
    }

    static String alias(String name, String alias) {
        return aliases(name) + "/" + segment(alias);
    }

    /** @param name with a qualifier, or without one for the list of all */
    static String provisioned(String name) {
        return "/2019-09-30/functions/" + segment(name) + "/provisioned-concurrency";
    }

    static String layerVersions(String layer) {
        return "/2018-10-31/layers/" + segment(layer) + "/versions";
    }

    static String mappings() {
        return "/2015-03-31/event-source-mappings";
    }

    static String mapping(String uuid) {
        return mappings() + "/" + segment(uuid);
    }

    static String schedule(String name) {
        return "/schedules/" + segment(name);
    }

    static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    HttpResponse<byte[]> get(String path) {
        return call("GET", path, NOTHING, Map.of());
    }

    /** All pages of a list. */
    List<JsonNode> list(String path, String member) {
        List<JsonNode> items = new ArrayList<>();
        String marker = "";
        do {
            String query = marker.isEmpty()
                    ? ""
                    : (path.contains("?") ? "&" : "?") + "Marker=" + URLEncoder.encode(marker, StandardCharsets.UTF_8);
            JsonNode page = json(get(path + query));
            page.path(member).forEach(items::add);
            marker = page.path("NextMarker").asText("");
        } while (!marker.isEmpty());
        return items;
    }

    /** Whether there is something to get. */
    boolean exists(String path) {
        HttpResponse<byte[]> response = exchange(request("lambda", "GET", path, NOTHING, Map.of()));
        if (response.statusCode() >= FIRST_ERROR && response.statusCode() != NOT_FOUND) {
            throw refusal(response);
        }
        return response.statusCode() != NOT_FOUND;
    }

    HttpResponse<byte[]> delete(String path) {
        return call("DELETE", path, NOTHING, Map.of());
    }

    HttpResponse<byte[]> send(String method, String path, JsonNode body) {
        return call(method, path, bytes(body), Map.of());
    }

    /** @param type RequestResponse, Event or DryRun */
    HttpResponse<byte[]> invoke(String name, String type, byte[] payload) {
        return call("POST", function(name) + "/invocations", payload, Map.of("X-Amz-Invocation-Type", type));
    }

    /**
     * Asks Application Auto Scaling.
     *
     * @param operation such as {@code PutScalingPolicy}
     */
    JsonNode scaling(String operation, JsonNode body) {
        return json(answered(request(
                "application-autoscaling",
                "POST",
                "/",
                bytes(body),
                Map.of(
                        "X-Amz-Target",
                        "AnyScaleFrontendService." + operation,
                        "Content-Type",
                        "application/x-amz-json-1.1"))));
    }

    /**
     * Asks about streams.
     *
     * @param operation such as {@code PutRecord}
     */
    JsonNode kinesis(String operation, JsonNode body) {
        return json(answered(request(
                "kinesis",
                "POST",
                "/",
                bytes(body),
                Map.of(
                        "X-Amz-Target",
                        "Kinesis_20131202." + operation,
                        "Content-Type",
                        "application/x-amz-json-1.1"))));
    }

    /** Asks EventBridge Scheduler. */
    JsonNode schedules(String method, String path, JsonNode body) {
        byte[] bytes = body.isEmpty() ? NOTHING : bytes(body);
        return json(answered(request("scheduler", method, path, bytes, Map.of())));
    }

    private static byte[] bytes(JsonNode body) {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    private HttpResponse<byte[]> call(String method, String path, byte[] body, Map<String, String> headers) {
        return answered(request("lambda", method, path, body, headers));
    }

    private HttpRequest request(String service, String method, String path, byte[] body, Map<String, String> headers) {
        URI uri = server.resolve(path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
                .timeout(ANSWER);
        headers.forEach(request::header);
        signer.ifPresent(key -> key.sign(service, method, uri, headers, body).forEach(request::header));
        return request.build();
    }

    private HttpResponse<byte[]> answered(HttpRequest request) {
        HttpResponse<byte[]> response = exchange(request);
        if (response.statusCode() >= FIRST_ERROR) {
            throw refusal(response);
        }
        return response;
    }

    private HttpResponse<byte[]> exchange(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (ConnectException absent) {
            throw new ServerUnavailableException(
                    "no server at " + server + "; start one with 'millrace server', or name yours with --server",
                    absent);
        } catch (IOException broken) {
            throw new ServerUnavailableException("server " + server + " did not answer: " + broken, broken);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new ServerUnavailableException("interrupted while waiting for " + server, stop);
        }
    }

    private RuntimeException refusal(HttpResponse<byte[]> response) {
        JsonNode body = Json.lenient(text(response));
        String message = body.path("message").asText(body.path("Message").asText(text(response)));
        String type = response.headers().firstValue("x-amzn-ErrorType").orElse("HTTP " + response.statusCode());
        if (type.startsWith("MissingAuthenticationToken")) {
            return new CommandFailedException("the server " + server + " wants signed requests; set AWS_ACCESS_KEY_ID"
                    + " and AWS_SECRET_ACCESS_KEY to a key of it (millrace key create)");
        }
        return response.statusCode() == UNAVAILABLE
                ? new ServerUnavailableException(type + ": " + message)
                : new CommandFailedException(type + ": " + message);
    }

    static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    static JsonNode json(HttpResponse<byte[]> response) {
        return Json.lenient(text(response));
    }
}
