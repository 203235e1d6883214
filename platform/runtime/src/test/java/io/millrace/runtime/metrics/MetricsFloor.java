package io.millrace.runtime.metrics;

import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.concurrency.ConcurrencyRules;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.accounting.FunctionReading;
import io.millrace.runtime.accounting.FunctionReadings;
import io.millrace.runtime.config.Settings;
import io.millrace.runtime.lambdaapi.RecordingPollers;
import io.millrace.runtime.mapping.Mappings;
import io.millrace.runtime.observe.Meters;
import io.millrace.runtime.registry.FunctionRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The door of metrics on a server of its own, without a broker behind it. */
final class MetricsFloor implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    final AccessControl access;
    final Meters meters;
    final UsageMeter usage;
    final AtomicInteger looks = new AtomicInteger();
    /** Requests that were passed to the door. */
    final AtomicInteger taken = new AtomicInteger();

    /** Functions of which the broker was asked how long their first event waits. */
    final Set<FunctionName> asked = ConcurrentHashMap.newKeySet();

    volatile Map<FunctionName, Duration> ages = Map.of();
    volatile Future<Map<String, Long>> undone = Future.succeededFuture(Map.of());
    volatile boolean isBrokerConnected = true;
    volatile Future<Map<FunctionName, FunctionReading>> readings = Future.succeededFuture(Map.of());

    final ConcurrencyLedger ledger = new ConcurrencyLedger(new ConcurrencyRules(1000, 100, 10, 1000), System::nanoTime);

    private final Vertx vertx = Vertx.vertx();
    private final FunctionRegistry registry;
    private final MetricsApi api;
    private final URI server;
    private final HttpClient client = HttpClient.newHttpClient();

    MetricsFloor(Path data, String... settings) {
        this.registry = FunctionRegistry.open(data);
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        Settings all = Settings.load(Optional.empty(), List.of(settings));
        this.access = new AccessControl(registry.documents(), all.identity(), clock);
        this.meters = Meters.of(all.metrics().functions());
        this.usage = new UsageMeter(vertx, registry.usage(), all.metrics().usageDays(), clock);
        FunctionReadings counted = () -> {
            looks.incrementAndGet();
            return readings;
        };
        this.api = new MetricsApi(
                vertx,
                new MetricsApi.Sources(
                        meters,
                        counted,
                        () -> undone,
                        functions -> {
                            asked.addAll(functions);
                            return Future.succeededFuture(ages);
                        },
                        ledger,
                        new Mappings(vertx, registry.documents(), new RecordingPollers(), clock),
                        () -> isBrokerConnected,
                        usage),
                all.metrics(),
                access,
                clock);
        Router router = Router.router(vertx);
        router.route().handler(context -> {
            context.next();
            taken.incrementAndGet();
        });
        api.mount(router);
        int port = await(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"))
                .actualPort();
        this.server = URI.create("http://127.0.0.1:" + port);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    /** So many functions with events. */
    void fill(int functions) {
        Map<FunctionName, FunctionReading> all = new HashMap<>();
        for (int n = 0; n < functions; n++) {
            FunctionName name = new FunctionName("bomb-" + n);
            meters.function(name).version("$LATEST").ended(false);
            meters.function(name).version("$LATEST").ran(1_000_000);
            all.put(name, reading(new FunctionAccount(1, 1, 0, 0, 0, 0, 0), 0, 0));
        }
        readings = Future.succeededFuture(all);
    }

    static FunctionReading reading(FunctionAccount account, long acknowledged, long told) {
        return reading(account, acknowledged, 1, told);
    }

    static FunctionReading reading(FunctionAccount account, long acknowledged, long link, long told) {
        return new FunctionReading(
                account, account.accepted(), acknowledged, link, told, Optional.of(NOW.minusSeconds(90)));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path));
    }

    CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path, String authorization) throws IOException, InterruptedException {
        return client.send(request(path).header("Authorization", authorization).build(), BodyHandlers.ofString());
    }

    /** As if the process were killed: nothing is written any more. */
    void kill() {
        api.close();
        await(vertx.close());
        registry.close();
    }

    @Override
    public void close() {
        usage.close();
        kill();
    }
}
