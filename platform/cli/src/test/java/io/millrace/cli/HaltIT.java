package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.Cause;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Selection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Handlers that end the JVM they run in. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class HaltIT {
    private static final String HALTER =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;
            import java.net.Socket;
            import java.util.Map;

            /** Says on a connection which event runs; halts, or goes on as soon as somebody answers. */
            public final class Halter implements RequestHandler<Map<String, Object>, String> {
                @Override
                public String handleRequest(Map<String, Object> event, Context context) {
                    try (Socket test = new Socket("127.0.0.1", ((Number) event.get("port")).intValue())) {
                        test.getOutputStream().write((event.get("id") + "\\n").getBytes("UTF-8"));
                        if (test.getInputStream().read() < 0) {
                            throw new IllegalStateException("nobody let it go on");
                        }
                    } catch (java.io.IOException failed) {
                        throw new java.io.UncheckedIOException(failed);
                    }
                    if (event.get("id").equals("halts")) {
                        Runtime.getRuntime().halt(42);
                    }
                    return "done";
                }
            }
            """;

    @TempDir
    Path directory;

    private final List<Socket> neighbours = Collections.synchronizedList(new ArrayList<>());
    private final List<String> runs = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch published = new CountDownLatch(1);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private ServerSocket door;

    @BeforeEach
    void listen() throws IOException {
        door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread hearing = new Thread(this::hear, "halt-it-door");
        hearing.setDaemon(true);
        hearing.start();
    }

    @AfterEach
    void close() throws IOException {
        door.close();
    }

    /** Notes each run; those that halt may do so once their publisher was answered, the others wait. */
    private void hear() {
        try {
            while (true) {
                Socket handler = door.accept();
                String id = new BufferedReader(new InputStreamReader(handler.getInputStream(), StandardCharsets.UTF_8))
                        .readLine();
                runs.add(id);
                if (id.equals("halts")) {
                    published.await();
                    handler.getOutputStream().write(1);
                    handler.close();
                } else {
                    neighbours.add(handler);
                }
            }
        } catch (IOException closed) {
            assertThat(door.isClosed()).isTrue();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private String event(String id) {
        return Json.object().put("id", id).put("port", door.getLocalPort()).toString();
    }

    private void letNeighboursGoOn() throws IOException {
        for (Socket handler : neighbours) {
            handler.getOutputStream().write(1);
            handler.close();
        }
        neighbours.clear();
    }

    @Test
    void a_handler_that_halts_its_own_process_costs_its_event_its_attempts_and_nobody_else_anything()
            throws IOException, InterruptedException {
        try (CliProcess server = CliProcess.server(
                directory.resolve("data"),
                "--set",
                "async.retryDelay=PT0.1S",
                "--set",
                "async.retryDelayMultiplier=1")) {
            // Given
            create(server);
            warmUp(server, 3);
            publish(server, "first");
            publish(server, "second");
            await().atMost(CliProcess.PATIENCE).until(() -> neighbours.size() == 2);
            // When
            String id = publish(server, "halts");
            published.countDown();
            awaitCount(server, "deadLettered", 1);
            letNeighboursGoOn();
            awaitCount(server, "succeeded", 2);
            // Then
            assertThat(runs)
                    .containsExactlyInAnyOrder("warms", "warms", "warms", "first", "second", "halts", "halts", "halts");
            Cause cause = onlyDeadLetter(server).cause().orElseThrow();
            assertThat(cause.condition()).isEqualTo("RetriesExhausted");
            assertThat(cause.errorType()).isEqualTo("Runtime.ExitError");
            assertThat(cause.errorMessage())
                    .isEqualTo("RequestId: " + id + " Error: Runtime exited with error: exit status 42");
            assertThat(cause.attempts()).isEqualTo(3);
            awaitCount(server, "accepted", 3);
        }
    }

    private void create(CliProcess server) {
        Path jar = FunctionJar.of(directory, "Halter", HALTER);
        done(
                "function",
                "create",
                "halter",
                "--jar",
                jar,
                "--handler",
                "Halter",
                "--timeout",
                "600", // Longer than the test: the neighbours wait until it lets them go on.
                "--server",
                server.listens("http"));
    }

    /** By calls, which start processes at once; for an event nobody starts a second one while the cores are busy. */
    private void warmUp(CliProcess server, int processes) throws IOException {
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < processes; i++) {
            calls.add(
                    http.sendAsync(request(server, "RequestResponse", "warms"), HttpResponse.BodyHandlers.ofString()));
        }
        await().atMost(CliProcess.PATIENCE).until(() -> neighbours.size() == processes);
        letNeighboursGoOn();
        calls.forEach(call -> assertThat(call.join().body()).isEqualTo("\"done\""));
    }

    private HttpRequest request(CliProcess server, String type, String id) {
        URI uri = URI.create(server.listens("http")).resolve(LambdaClient.function("halter") + "/invocations");
        return HttpRequest.newBuilder(uri)
                .header("X-Amz-Invocation-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(event(id)))
                .build();
    }

    /** @return its request id */
    private String publish(CliProcess server, String id) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request(server, "Event", id), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return answer.headers().firstValue("x-amzn-RequestId").orElseThrow();
    }

    private static String done(Object... arguments) {
        CliCall command = CliCall.run(arguments);
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }

    /** Asks until it is so. A broker that is busy may not answer; asked again, it does. */
    private static void awaitCount(CliProcess server, String name, long expected) {
        LambdaClient client = new LambdaClient(URI.create(server.listens("http")));
        await(name).ignoreExceptions().atMost(CliProcess.PATIENCE).untilAsserted(() -> {
            JsonNode stats = LambdaClient.json(client.get("/_millrace/stats"));
            assertThat(stats.path("functions").path("halter").path(name).asLong(-1))
                    .isEqualTo(expected);
        });
    }

    private static DeadLetter onlyDeadLetter(CliProcess server) {
        try (DeadLetters letters =
                DeadLetters.connect(BrokerAddress.parse(server.listens("amqp")), Duration.ofSeconds(30))) {
            List<DeadLetter> all = letters.browse(letters.queue("halter"), Selection.ALL, 10);
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }
}
