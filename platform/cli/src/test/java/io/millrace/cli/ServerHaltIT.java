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
import java.net.SocketException;
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
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A handler that ends the server it runs in, at each of its attempts; a supervisor starts the server again. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class ServerHaltIT {
    private static final String HALTER =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;
            import java.net.Socket;
            import java.util.Map;

            /** Says on a connection which event runs, and does what it is named after as soon as somebody answers. */
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
                    if (event.get("id").equals("fails")) {
                        throw new IllegalStateException("told to fail");
                    }
                    return "done";
                }
            }
            """;
    private static final List<String> SETTINGS = List.of(
            "--set",
            "environment.java=in-process",
            "--set",
            "environment.suspectTimeAlone=PT1M",
            "--set",
            "async.retryDelay=PT0.1S",
            "--set",
            "async.retryDelayMultiplier=1");

    @TempDir
    Path directory;

    private final List<String> runs = Collections.synchronizedList(new ArrayList<>());
    private final List<Socket> beside = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch mayHalt = new CountDownLatch(1);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private ServerSocket door;

    @BeforeEach
    void listen() throws IOException {
        door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread hearing = new Thread(this::hear, "server-halt-it-door");
        hearing.setDaemon(true);
        hearing.start();
    }

    @AfterEach
    void close() throws IOException {
        mayHalt.countDown();
        door.close();
        for (Socket handler : beside) {
            handler.close();
        }
    }

    /** Notes each run. Until the first halt its neighbours wait; afterwards all go on at once. */
    private void hear() {
        try {
            while (true) {
                answer(door.accept());
            }
        } catch (IOException closed) {
            assertThat(door.isClosed()).isTrue();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(Socket handler) throws InterruptedException {
        try {
            String id = new BufferedReader(new InputStreamReader(handler.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            runs.add(id);
            if (!id.equals("halts") && mayHalt.getCount() > 0) {
                beside.add(handler);
                return;
            }
            mayHalt.await();
            try (handler) {
                handler.getOutputStream().write(1);
            }
        } catch (SocketException serverGone) {
            runs.add(serverGone.getMessage());
        } catch (IOException failed) {
            runs.add(failed.toString());
        }
    }

    /** A server that can be started again and again on the same data. */
    private interface Servers {
        CliProcess start();

        String broker(CliProcess server);
    }

    @Test
    void with_the_broker_inside_the_event_is_dead_after_its_attempts_and_its_neighbours_lose_none()
            throws IOException, InterruptedException {
        costs_a_start_for_each_attempt(3, new Servers() {
            @Override
            public CliProcess start() {
                return server("--amqp", "0");
            }

            @Override
            public String broker(CliProcess server) {
                return server.listens("amqp");
            }
        });
    }

    @Test
    void with_a_broker_of_its_own_the_event_is_dead_after_its_attempts_and_its_neighbours_lose_none()
            throws IOException, InterruptedException {
        try (CliProcess broker = CliProcess.server(directory.resolve("broker"))) {
            String amqp = broker.listens("amqp");
            costs_a_start_for_each_attempt(2, new Servers() {
                @Override
                public CliProcess start() {
                    return server("--broker", amqp, "--set", "async.maximumRetryAttempts=1");
                }

                @Override
                public String broker(CliProcess server) {
                    return amqp;
                }
            });
        }
    }

    private CliProcess server(String... broker) {
        List<Object> arguments =
                new ArrayList<>(List.of("server", "--data", directory.resolve("data"), "--http", "127.0.0.1:0"));
        arguments.addAll(List.of(broker));
        arguments.addAll(SETTINGS);
        return CliProcess.start(arguments.toArray());
    }

    private void costs_a_start_for_each_attempt(int attempts, Servers servers)
            throws IOException, InterruptedException {
        // Given
        String id;
        String failing;
        try (CliProcess first = servers.start()) {
            first.awaitOutput("(?m)^ready.*$");
            create(first);
            publish(first, "succeeds");
            failing = publish(first, "fails");
            await().atMost(CliProcess.PATIENCE).until(() -> beside.size() == 2);
            // When
            id = publish(first, "halts");
            await().atMost(CliProcess.PATIENCE).until(() -> runs.contains("halts"));
            mayHalt.countDown();
            assertThat(first.exitCode()).isEqualTo(42);
        }
        for (int start = 2; start <= attempts; start++) {
            try (CliProcess again = servers.start()) {
                assertThat(again.exitCode()).as("start %d", start).isEqualTo(42);
                assertThat(again.err())
                        .contains("event ran when the server was lost")
                        .contains(id);
            }
        }
        // Then
        try (CliProcess last = servers.start()) {
            last.awaitOutput("(?m)^ready.*$");
            // A broker that is busy may not answer; asked again, it does.
            await().ignoreExceptions()
                    .atMost(CliProcess.PATIENCE)
                    .until(() -> count(last, "deadLettered") == 2 && count(last, "succeeded") == 1);
            List<DeadLetter> dead = deadLetters(servers.broker(last));
            Cause lost = cause(dead, id);
            assertThat(lost.condition()).isEqualTo("RetriesExhausted");
            assertThat(lost.errorType()).isEqualTo("Runtime.WorkerLost");
            assertThat(lost.errorMessage()).isEqualTo("the worker was lost during attempt " + attempts);
            assertThat(lost.attempts()).isEqualTo(attempts);
            Cause failed = cause(dead, failing);
            assertThat(failed.errorMessage()).isEqualTo("told to fail");
            assertThat(failed.attempts()).isEqualTo(attempts);
            assertThat(count(last, "accepted")).isEqualTo(3);
            List<String> expected = new ArrayList<>(List.of("succeeds", "succeeds", "fails"));
            expected.addAll(Collections.nCopies(attempts, "halts"));
            expected.addAll(Collections.nCopies(attempts, "fails"));
            assertThat(runs)
                    .as("each neighbour runs once more than it needs: it was there at the first halt, at no other")
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private void create(CliProcess server) {
        Path jar = FunctionJar.of(directory, "Halter", HALTER);
        CliCall created = CliCall.run(
                "function",
                "create",
                "halter",
                "--jar",
                jar,
                "--handler",
                "Halter",
                "--timeout",
                "120",
                "--server",
                server.listens("http"));
        assertThat(created.exitCode()).as(created.err()).isZero();
    }

    /** @return its request id */
    private String publish(CliProcess server, String id) throws IOException, InterruptedException {
        String event =
                Json.object().put("id", id).put("port", door.getLocalPort()).toString();
        URI uri = URI.create(server.listens("http")).resolve(LambdaClient.function("halter") + "/invocations");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("X-Amz-Invocation-Type", "Event")
                .POST(HttpRequest.BodyPublishers.ofString(event))
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return answer.headers().firstValue("x-amzn-RequestId").orElseThrow();
    }

    private static long count(CliProcess server, String name) {
        LambdaClient client = new LambdaClient(URI.create(server.listens("http")));
        JsonNode stats = LambdaClient.json(client.get("/_millrace/stats"));
        return stats.path("functions").path("halter").path(name).asLong(-1);
    }

    private static List<DeadLetter> deadLetters(String broker) {
        try (DeadLetters letters = DeadLetters.connect(BrokerAddress.parse(broker), Duration.ofSeconds(30))) {
            return letters.browse(letters.queue("halter"), Selection.ALL, 10);
        }
    }

    private static Cause cause(List<DeadLetter> dead, String id) {
        Optional<DeadLetter> letter =
                dead.stream().filter(each -> each.id().equals(id)).findFirst();
        return letter.flatMap(DeadLetter::cause).orElseThrow(() -> new AssertionError("no cause of " + id));
    }
}
