package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.config.Settings;
import io.millrace.runtime.devmode.DevMode;
import io.millrace.runtime.mapping.Mappings;
import io.millrace.runtime.payloads.PayloadStore;
import io.millrace.runtime.registry.Archives;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.FunctionState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The real server on a free port, with the real registry behind it and a recording invoker. */
final class Door implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-20T12:00:00.250Z");
    static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:";

    final RecordingInvoker invoker = new RecordingInvoker();
    final RecordingPollers pollers = new RecordingPollers();
    final LambdaApi api;
    final AccessControl access;
    final int port;
    volatile boolean isBrokerConnected = true;
    volatile Future<Map<FunctionName, FunctionAccount>> accounts = Future.succeededFuture(Map.of());

    private final Vertx vertx = Vertx.vertx();
    private final FunctionRegistry registry;
    private final RegistryAdministration administration;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Door(Path data, String... settings) {
        this(data, Clock.fixed(NOW, ZoneOffset.UTC), settings);
    }

    /** @param signing the time by which signatures are judged */
    Door(Path data, InstantSource signing, String... settings) {
        this.registry = FunctionRegistry.open(data);
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        Settings all = Settings.load(Optional.empty(), List.of(settings));
        this.access = new AccessControl(registry.documents(), all.identity(), signing);
        this.administration = new RegistryAdministration(vertx, registry, clock);
        Mappings mappings = new Mappings(vertx, registry.documents(), pollers, clock);
        await(mappings.resume());
        this.api = new LambdaApi(
                vertx,
                invoker,
                new LambdaApi.Administration(
                        administration,
                        registry.layers(),
                        registry::findCode,
                        registry.documents(),
                        mappings,
                        access,
                        PayloadStore.open(vertx, all.payloads(), data, clock)),
                new LambdaApi.Vitals(() -> accounts, () -> isBrokerConnected),
                new LambdaApi.Rules(all.limits(), all.function(), all.code(), all.identity(), all.urls()),
                clock);
        this.port = await(api.listen("127.0.0.1", 0)).actualPort();
    }

    /** A function to invoke. */
    Door with(String function) {
        Answer created = post("/2015-03-31/functions", creation(function));
        if (created.status() != 201) {
            throw new IllegalStateException(created.body());
        }
        return this;
    }

    /** Changes are accepted and not done, until {@link #settle}. */
    Door holding() {
        administration.hold();
        return this;
    }

    void settle(String function, FunctionState state) {
        administration.settle(new FunctionName(function), state);
    }

    /** So many versions, each with a description of its own. */
    Door publishing(String function, int versions) {
        for (int number = 1; number <= versions; number++) {
            put(
                    "/2015-03-31/functions/" + function + "/configuration",
                    "{\"Description\": \"version " + number + "\"}");
            Answer published = post("/2015-03-31/functions/" + function + "/versions", "{}");
            if (published.status() != 201) {
                throw new IllegalStateException(published.body());
            }
        }
        return this;
    }

    /** To be closed. */
    DevMode inDevMode(Path memory) {
        return DevMode.start(vertx, administration, Files::readAllBytes, memory);
    }

    static String creation(String function) {
        return """
                {"FunctionName": "%s", "Runtime": "java17", "Handler": "com.example.Handler",
                 "Role": "arn:aws:iam::000000000000:role/r", "Code": {"ZipFile": "%s"}}
                """
                .formatted(function, zip("com/example/Handler.class"));
    }

    static String zip(String entry) {
        return Base64.getEncoder().encodeToString(Archives.with(entry, "bytes"));
    }

    Answer invoke(String function, String body, String... headers) {
        return post("/2015-03-31/functions/" + function + "/invocations", body, headers);
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer post(String path, String body, String... headers) {
        return send("POST", path, body, headers);
    }

    Answer put(String path, String body) {
        return send("PUT", path, body);
    }

    Answer delete(String path) {
        return send(request(path).DELETE());
    }

    Answer send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = request(path).method(method, BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30));
    }

    Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(client.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(30, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new IllegalStateException(late);
        }
    }

    @Override
    public void close() {
        await(api.close(Duration.ofSeconds(1)));
        await(vertx.close());
        registry.close();
    }

    record Answer(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        String body() {
            return response.body();
        }

        JsonNode json() {
            try {
                return new ObjectMapper().readTree(body());
            } catch (IOException notJson) {
                throw new UncheckedIOException(notJson);
            }
        }

        /** Empty when absent. */
        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** Status, error code and body, as one text to compare. */
        String refusal() {
            return status() + " " + header("x-amzn-errortype") + " " + body();
        }
    }
}
