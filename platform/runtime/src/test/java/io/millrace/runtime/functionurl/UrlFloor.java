package io.millrace.runtime.functionurl;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.UrlAccess;
import io.millrace.runtime.access.UrlCaller;
import io.millrace.runtime.config.Settings;
import io.millrace.runtime.lambdaapi.LambdaApi;
import io.millrace.runtime.lambdaapi.RecordingPollers;
import io.millrace.runtime.lambdaapi.RegistryAdministration;
import io.millrace.runtime.mapping.Mappings;
import io.millrace.runtime.payloads.PayloadStore;
import io.millrace.runtime.registry.Archives;
import io.millrace.runtime.registry.FunctionRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The Lambda API and this door on one real server, with the real registry behind them. */
final class UrlFloor implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-20T12:00:00.250Z");

    final ScriptedInvoker invoker = new ScriptedInvoker();
    final int port;
    volatile UrlAccess access =
            (request, body, function, byIam) -> byIam ? Optional.empty() : Optional.of(UrlCaller.ANONYMOUS);

    volatile boolean sessions;

    private final Vertx vertx = Vertx.vertx();
    private final FunctionRegistry registry;
    private final LambdaApi api;

    UrlFloor(Path data, String... settings) {
        this.registry = FunctionRegistry.open(data);
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        Settings all = Settings.load(Optional.empty(), List.of(settings));
        RegistryAdministration functions = new RegistryAdministration(vertx, registry, clock);
        FunctionUrlApi urls = new FunctionUrlApi(
                vertx,
                invoker,
                functions,
                registry.documents(),
                new UrlAccess() {
                    @Override
                    public Optional<UrlCaller> admit(
                            HttpServerRequest request, byte[] body, FunctionArn function, boolean byIam) {
                        return access.admit(request, body, function, byIam);
                    }

                    @Override
                    public boolean admitsSessions() {
                        return sessions;
                    }
                },
                new FunctionUrlApi.Rules(all.limits(), all.identity(), all.urls()),
                clock);
        this.api = new LambdaApi(
                        vertx,
                        invoker,
                        new LambdaApi.Administration(
                                functions,
                                registry.layers(),
                                registry::findCode,
                                registry.documents(),
                                new Mappings(vertx, registry.documents(), new RecordingPollers(), clock),
                                new AccessControl(registry.documents(), all.identity(), clock),
                                PayloadStore.open(vertx, all.payloads(), data, clock)),
                        new LambdaApi.Vitals(() -> Future.succeededFuture(Map.of()), () -> true),
                        new LambdaApi.Rules(all.limits(), all.function(), all.code(), all.identity(), all.urls()),
                        clock)
                .with(urls::mount);
        this.port = await(api.listen("127.0.0.1", 0)).actualPort();
    }

    UrlFloor withFunction(String name) {
        String zip = Base64.getEncoder().encodeToString(Archives.with("com/example/Handler.class", "bytes"));
        return with(
                "/2015-03-31/functions",
                "{\"FunctionName\": \"" + name + "\", \"Runtime\": \"java17\", \"Handler\": \"com.example.Handler\","
                        + "\"Role\": \"arn:aws:iam::000000000000:role/r\", \"Code\": {\"ZipFile\": \"" + zip + "\"}}");
    }

    UrlFloor withAlias(String function, String name) {
        return with(
                "/2015-03-31/functions/" + function + "/aliases",
                "{\"Name\": \"" + name + "\", \"FunctionVersion\": \"$LATEST\"}");
    }

    /** @param members of the configuration, behind the type of authentication */
    String url(String function, String qualifier, String members) {
        RawHttp.Answer created = api(
                "POST",
                "/2021-10-31/functions/" + function + "/url" + (qualifier.isEmpty() ? "" : "?Qualifier=" + qualifier),
                "{\"AuthType\": \"NONE\"" + members + "}");
        String address = json(created.body()).path("FunctionUrl").asText();
        if (!address.startsWith("http://")) {
            throw new IllegalStateException(created.body());
        }
        return address.substring("http://".length(), address.indexOf('.'));
    }

    private UrlFloor with(String path, String body) {
        RawHttp.Answer created = api("POST", path, body);
        if (created.status() != 201) {
            throw new IllegalStateException(created.body());
        }
        return this;
    }

    RawHttp.Answer api(String method, String path, String body) {
        return RawHttp.ask(port, method + " " + path + " HTTP/1.1\nHost: localhost:" + port, body);
    }

    /** @param head request line without its version, and headers */
    RawHttp.Answer ask(String id, String head, String body) {
        String[] lines = head.split("\n", 2);
        return RawHttp.ask(
                port, lines[0] + " HTTP/1.1\nHost: " + host(id) + (lines.length > 1 ? "\n" + lines[1] : ""), body);
    }

    String host(String id) {
        return id + ".lambda-url.us-east-1.localhost:" + port;
    }

    /** Of the last call. */
    JsonNode event() {
        return json(new String(invoker.called.get(invoker.called.size() - 1).payload(), StandardCharsets.UTF_8));
    }

    FunctionArn called() {
        return invoker.called.get(invoker.called.size() - 1).arn();
    }

    static FunctionArn arn(String function) {
        return FunctionArn.of("us-east-1", "000000000000", new FunctionName(function));
    }

    private static JsonNode json(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (IOException notJson) {
            throw new UncheckedIOException(notJson);
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
}
