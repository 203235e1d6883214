package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.eventsource.contract.FreePort;
import io.millrace.function.FunctionHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server beside a broker of its own tells of the queues of its functions. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class MetricsBooksIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private EmbeddedBroker broker;
    private int port;
    private Millrace millrace;
    private BrokerConnection connection;
    private BrokerManagement management;

    @BeforeEach
    void start() throws IOException {
        startBroker(FreePort.find());
        port = broker.amqpPort();
        millrace = Millrace.builder()
                .dataDirectory(data.resolve("platform"))
                .broker("amqp://127.0.0.1:" + port)
                .http("127.0.0.1", 0)
                .set("async.retryDelay", "PT0.1S")
                .start();
        connection = join(BrokerConnection.open(vertx, BrokerAddress.local("127.0.0.1", port), "test"));
        join(connection.firstUp());
        management = new BrokerManagement(connection);
    }

    private void startBroker(int amqpPort) {
        broker = EmbeddedBroker.start(
                EmbeddedBrokerOptions.of(data.resolve("broker")).withFreePorts().withAmqpPort(amqpPort), failure -> {});
    }

    @AfterEach
    void stop() {
        millrace.close();
        join(connection.close());
        broker.close();
        join(vertx.close());
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private long succeeded(String function) {
        return Objects.requireNonNull(millrace.stats().join().get(function), function)
                .succeeded();
    }

    private String scrape() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        millrace.httpUrl().orElseThrow().resolve("/metrics"))
                .build();
        return CLIENT.send(request, BodyHandlers.ofString()).body();
    }

    /** Of a series of the newest scrape; empty while it is not shown. */
    private OptionalDouble value(String series) throws IOException, InterruptedException {
        return scrape().lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst();
    }

    private void awaitValue(String series, double expected) {
        await(series).atMost(PATIENCE).untilAsserted(() -> assertThat(value(series))
                .hasValue(expected));
    }

    @Test
    void events_that_wait_in_a_paused_queue_or_one_that_nobody_takes_from_have_an_age() {
        // Given
        millrace.deploy("paused", (FunctionHandler) (event, context) -> event);
        join(management.operation("queue.invoke.paused", "pause"));
        join(management.createQueue(new QueueSpec("invoke.nobodys", true)));
        millrace.publish("paused", "{}").join();
        byte[] payload = "{}".getBytes(StandardCharsets.UTF_8);
        Message event = EventMessages.durable(UUID.randomUUID().toString(), payload, Map.of(), null);
        join(new Publisher(connection).send("invoke.nobodys", event));
        // Then
        for (String function : List.of("paused", "nobodys")) {
            awaitValue("millrace_events{function=\"" + function + "\",state=\"waiting\"}", 1);
            await(function).atMost(PATIENCE).untilAsserted(() -> assertThat(
                            value("millrace_oldest_event_age_seconds{function=\"" + function + "\"}")
                                    .orElse(0))
                    .isBetween(0.5, 3_600.0));
        }
    }

    @Test
    void a_broker_that_restarts_leaves_no_event_unaccounted_for() {
        // Given: the first look is at a broker that has counted nothing yet.
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        millrace.deploy(
                "counted",
                (FunctionHandler) (event, context) -> {
                    if (event.length > 2) {
                        runs.incrementAndGet();
                        release.await();
                    }
                    return event;
                },
                definition -> definition.withTimeout(Duration.ofMinutes(10)));
        awaitValue("millrace_unaccounted_events{function=\"counted\"}", 0);
        for (int n = 0; n < 20; n++) {
            millrace.publish("counted", "{}").join();
        }
        await().atMost(PATIENCE).until(() -> succeeded("counted") == 20);
        awaitValue("millrace_events_succeeded_total{function=\"counted\"}", 20);
        // When: one ends while the broker is away.
        millrace.publish("counted", "{\"slow\":1}").join();
        await().atMost(PATIENCE).until(() -> runs.get() == 1);
        broker.close();
        release.countDown();
        startBroker(port);
        // Then
        await().ignoreExceptions().atMost(PATIENCE).until(() -> succeeded("counted") == 21);
        awaitValue("millrace_events_succeeded_total{function=\"counted\"}", 21);
        awaitValue("millrace_events{function=\"counted\",state=\"running\"}", 0);
        awaitValue("millrace_unaccounted_events{function=\"counted\"}", 0);
    }
}
