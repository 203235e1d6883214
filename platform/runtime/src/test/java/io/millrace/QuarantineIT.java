package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.core.function.FunctionName;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.AttemptNotes;
import io.millrace.runtime.accounting.Tally;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events that a lost process left in its notes, at the next one; {@code ServerHaltIT} loses a real one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class QuarantineIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path data;

    private final List<String> suspects = new ArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);

    /** As a process leaves them that is killed while they run. */
    private void lostWith(int count) throws IOException {
        try (Tally tally = Tally.open(data.resolve("accounting"))) {
            int row = tally.row(new FunctionName("orders"));
            AttemptNotes notes = AttemptNotes.open(data.resolve("attempts"), Clock.systemUTC());
            for (int i = 0; i < count; i++) {
                String id = UUID.randomUUID().toString();
                suspects.add(id);
                notes.arrived(row, id, 0).running();
            }
        }
    }

    private Millrace start(FunctionHandler orders, String timeAlone) {
        Millrace millrace = Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .http("127.0.0.1", 0)
                .set("shutdown.drainTimeout", "PT0.1S")
                .set("environment.suspectTimeAlone", timeAlone)
                .start();
        return millrace.deploy("orders", orders, definition -> definition.withTimeout(Duration.ofSeconds(100)));
    }

    private void deliverSuspects(Millrace millrace) {
        Vertx vertx = Vertx.vertx();
        try {
            BrokerConnection connection =
                    done(BrokerConnection.open(vertx, BrokerAddress.parse(millrace.brokerUrl()), "test"));
            done(connection.firstUp());
            Publisher publisher = new Publisher(connection);
            byte[] event = "\"suspect\"".getBytes(StandardCharsets.UTF_8);
            for (String id : suspects) {
                done(publisher.send("invoke.orders", EventMessages.durable(id, event, Map.of(), null)));
            }
            done(connection.close());
        } finally {
            done(vertx.close());
        }
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private static long succeeded(Millrace millrace) {
        return Objects.requireNonNull(millrace.stats().join().get("orders")).succeeded();
    }

    private int suspectsLeft() throws IOException {
        try (AttemptNotes notes = AttemptNotes.open(data.resolve("attempts"), Clock.systemUTC())) {
            return notes.suspects();
        }
    }

    @Test
    void suspects_run_one_at_a_time_with_no_event_and_no_call_beside_them() throws IOException {
        // Given
        lostWith(10);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger suspectsRunning = new AtomicInteger();
        AtomicInteger suspectsEnded = new AtomicInteger();
        List<String> crowded = new CopyOnWriteArrayList<>();
        FunctionHandler orders = (event, context) -> {
            boolean suspect = suspects.contains(context.requestId());
            int beside = running.getAndIncrement();
            int suspectsBeside = suspect ? suspectsRunning.getAndIncrement() : suspectsRunning.get();
            if (suspectsBeside > 0 || (suspect && beside > 0)) {
                crowded.add(new String(event, StandardCharsets.UTF_8) + " beside " + beside);
            }
            TimeUnit.MILLISECONDS.sleep(20); // What they would overlap in.
            if (suspect) {
                suspectsRunning.decrementAndGet();
                suspectsEnded.incrementAndGet();
            }
            running.decrementAndGet();
            return event;
        };
        try (Millrace millrace = start(orders, "PT1M")) {
            // When: they come into a stream of others
            List<CompletableFuture<InvokeResult>> calls = new ArrayList<>();
            CompletableFuture<Void> delivered = CompletableFuture.runAsync(() -> deliverSuspects(millrace));
            while (suspectsEnded.get() < suspects.size()) {
                calls.add(millrace.invoke("orders", "\"call\""));
                millrace.publish("orders", "\"event\"").join();
            }
            // Then
            delivered.join();
            assertThat(calls)
                    .allSatisfy(call -> assertThat(call.join().statusCode()).isEqualTo(200));
            await().atMost(PATIENCE).until(() -> succeeded(millrace) == suspects.size() + calls.size());
            assertThat(crowded).isEmpty();
        }
        assertThat(suspectsLeft()).isZero();
    }

    @Test
    void a_suspect_and_whatever_waits_for_it_say_so() throws IOException {
        lostWith(2);
        List<String> started = new CopyOnWriteArrayList<>();
        FunctionHandler orders = (event, context) -> {
            started.add(context.requestId());
            if (suspects.contains(context.requestId())) {
                release.await();
            }
            return event;
        };
        try (Millrace millrace = start(orders, "PT5M")) {
            deliverSuspects(millrace);
            await().atMost(PATIENCE).until(() -> !started.isEmpty());
            awaitWhy(millrace, started.get(0), "\"place\":\"Running\"", "it runs");
            String next = suspects.get(1 - suspects.indexOf(started.get(0)));
            String other = millrace.publish("orders", "\"other\"").join();

            awaitWhy(millrace, next, "\"reason\":\"Quarantine\"", "it ran when the server was lost");
            awaitWhy(millrace, other, "\"reason\":\"Quarantine\"", "runs alone now, or is to");

            release.countDown();
            await().atMost(PATIENCE).until(() -> succeeded(millrace) == 3);
        } finally {
            release.countDown();
        }
    }

    private static void awaitWhy(Millrace millrace, String id, String... parts) {
        URI asked = millrace.httpUrl().orElseThrow().resolve("/_millrace/functions/orders/waiting?request-id=" + id);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(asked).build(), BodyHandlers.ofString())
                        .body())
                .contains(parts));
    }

    @Test
    void a_suspect_that_runs_long_keeps_others_waiting_for_seconds_only() throws IOException {
        // Given
        lostWith(2);
        List<String> started = new CopyOnWriteArrayList<>();
        FunctionHandler orders = (event, context) -> {
            started.add(context.requestId());
            if (suspects.contains(context.requestId())) {
                release.await();
            }
            return event;
        };
        try (Millrace millrace = start(orders, "PT2S")) {
            // When
            deliverSuspects(millrace);
            await().atMost(PATIENCE).until(() -> !started.isEmpty());
            millrace.publish("orders", "\"other\"").join();
            CompletableFuture<InvokeResult> call = millrace.invoke("orders", "\"call\"");
            // Then: all of them start, though no suspect ends
            await().atMost(PATIENCE).until(() -> call.isDone() && succeeded(millrace) == 1);
            assertThat(call.join().statusCode()).isEqualTo(200);
            await().atMost(PATIENCE).until(() -> started.containsAll(suspects));
            release.countDown();
            await().atMost(PATIENCE).until(() -> succeeded(millrace) == 3);
        }
    }
}
