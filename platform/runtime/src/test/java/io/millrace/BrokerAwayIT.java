package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.eventsource.contract.FreePort;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.environment.process.Zip;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The platform beside a broker of its own, which goes away and comes back. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class BrokerAwayIT {
    private static final FunctionHandler ECHO = (event, context) -> event;
    /** Far more than is needed: other builds may run on the same cores. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int LONGER_THAN_THE_TEST = 600;

    @TempDir
    Path data;

    private EmbeddedBroker broker;
    private int port;
    private Millrace millrace;

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
    }

    private void startBroker(int amqpPort) {
        broker = EmbeddedBroker.start(
                EmbeddedBrokerOptions.of(data.resolve("broker")).withFreePorts().withAmqpPort(amqpPort), failure -> {});
    }

    @AfterEach
    void stop() {
        millrace.close();
        broker.close();
    }

    private HttpResponse<String> post(String function, String type) throws IOException, InterruptedException {
        URI uri = millrace.httpUrl().orElseThrow().resolve("/2015-03-31/functions/" + function + "/invocations");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("X-Amz-Invocation-Type", type)
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofString("{}"))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    /** Calls and publishes until the answer is this one; an answer that does not come in time is another one. */
    private void awaitAnswer(String function, String type, int status) {
        await(function + " " + type + " " + status)
                .ignoreExceptionsInstanceOf(HttpTimeoutException.class)
                .atMost(PATIENCE)
                .until(() -> post(function, type).statusCode() == status);
    }

    private FunctionAccount account(String function) {
        return Objects.requireNonNull(millrace.stats().join().get(function), function);
    }

    /** Asks until the counts are so; while the broker cannot be asked there are none. */
    private void awaitAccount(String function, ThrowingConsumer<FunctionAccount> expectation) {
        await().ignoreExceptions().atMost(PATIENCE).untilAsserted(() -> expectation.accept(account(function)));
    }

    @Test
    void while_the_broker_is_away_callers_get_503_quickly_and_service_resumes_by_itself() throws Exception {
        millrace.deploy("echo", ECHO);
        assertThat(post("echo", "Event").statusCode()).isEqualTo(202);

        broker.close();
        awaitAnswer("echo", "Event", 503);
        Duration shortest = Duration.ofDays(1); // Of some: the machine may be busy.
        for (int tries = 0; tries < 5 && shortest.toSeconds() >= 10; tries++) {
            long before = System.nanoTime();
            HttpResponse<String> event = post("echo", "Event");
            HttpResponse<String> call = post("echo", "RequestResponse");
            Duration took = Duration.ofNanos(System.nanoTime() - before);
            shortest = took.compareTo(shortest) < 0 ? took : shortest;

            assertThat(event.statusCode()).isEqualTo(503);
            assertThat(event.body()).contains("broker amqp://127.0.0.1:" + port + " is not reachable");
            assertThat(call.statusCode()).isEqualTo(503);
        }
        assertThat(shortest).isLessThan(Duration.ofSeconds(10));

        startBroker(port);
        awaitAnswer("echo", "RequestResponse", 200);
        awaitAnswer("echo", "Event", 202);
        awaitAccount("echo", echo -> assertThat(echo.succeeded()).isGreaterThanOrEqualTo(2));
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // Every answer is counted, whichever it is.
    void what_was_accepted_before_the_broker_went_is_processed_after_it_came_back() throws Exception {
        Set<String> processed = ConcurrentHashMap.newKeySet();
        Semaphore permits = new Semaphore(500);
        millrace.deploy("collect", (FunctionHandler) (event, context) -> {
            permits.acquire();
            processed.add(new String(event, StandardCharsets.UTF_8));
            return event;
        });
        ConcurrentLinkedQueue<String> accepted = new ConcurrentLinkedQueue<>();
        AtomicInteger unknown = new AtomicInteger();
        CountDownLatch answered = new CountDownLatch(2_000);
        for (int i = 0; i < 2_000; i++) {
            String event = "\"" + i + "\"";
            millrace.publish("collect", event).whenComplete((id, failure) -> {
                if (failure == null) {
                    accepted.add(event);
                } else {
                    unknown.incrementAndGet();
                }
                answered.countDown();
            });
            if (i == 1_500) {
                broker.close();
            }
        }
        answered.await();

        startBroker(port);
        permits.release(1_000_000);

        await().atMost(PATIENCE).until(() -> processed.containsAll(accepted));
        awaitAccount("collect", collect -> {
            assertThat(collect.accepted()).isEqualTo(collect.succeeded());
            assertThat(collect.succeeded()).isBetween((long) accepted.size(), (long) accepted.size() + unknown.get());
        });
    }

    @Test
    void an_attempt_that_outlives_the_connection_is_not_run_a_second_time() {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        millrace.deploy(
                "slow",
                (FunctionHandler) (event, context) -> {
                    runs.incrementAndGet();
                    release.await();
                    return event;
                },
                definition -> definition.withTimeout(Duration.ofSeconds(LONGER_THAN_THE_TEST)));
        millrace.publish("slow", "{}").join();
        await().atMost(PATIENCE).until(() -> runs.get() == 1);

        broker.close();
        startBroker(port);
        await().atMost(PATIENCE)
                .until(() ->
                        millrace.stats().handle((stats, away) -> away == null).join());
        release.countDown();

        awaitAccount("slow", slow -> assertThat(slow).isEqualTo(new FunctionAccount(1, 0, 0, 0, 1, 0, 0)));
        assertThat(runs).hasValue(1);
    }

    @Test
    void attempts_in_processes_outlive_the_broker_and_give_their_permits_back() throws Exception {
        // Given
        try (ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            door.setSoTimeout((int) PATIENCE.toMillis());
            millrace.deploy("echo", ECHO);
            createWaiting(door.getLocalPort(), 2);
            warmUpBoth(door);
            Set<String> accepted = new HashSet<>();
            for (int i = 0; i < 6; i++) {
                accepted.add(millrace.publish("waiting", "{}").join());
            }
            List<Socket> held = List.of(door.accept(), door.accept());
            Set<String> ran = new HashSet<>();
            // When
            broker.close();
            startBroker(port);
            awaitAnswer("echo", "RequestResponse", 200);
            for (Socket handler : held) {
                assertThat(ran.add(letGoOn(handler))).isTrue();
            }
            while (ran.size() < accepted.size()) {
                assertThat(ran.add(letGoOn(door.accept()))).as("runs once").isTrue();
            }
            // Then
            assertThat(ran).isEqualTo(accepted);
            awaitAccount("waiting", waiting -> assertThat(waiting).isEqualTo(new FunctionAccount(6, 0, 0, 0, 6, 0, 0)));
            // Then both permits are there again, and no third
            var one = millrace.invoke("waiting", "{}");
            var two = millrace.invoke("waiting", "{}");
            List<Socket> both = new ArrayList<>();
            while (both.size() < 2) {
                await().atMost(PATIENCE).until(() -> one.isDone() || two.isDone() || isWaiting(door, both));
                assertThat(one.isDone() || two.isDone())
                        .as("refused: %s %s", one.getNow(null), two.getNow(null))
                        .isFalse();
            }
            assertThat(post("waiting", "RequestResponse").statusCode()).isEqualTo(429);
            for (Socket handler : both) {
                letGoOn(handler);
            }
            assertThat(one.join().isSuccess()).isTrue();
            assertThat(two.join().isSuccess()).isTrue();
        }
    }

    @Test
    void a_function_that_is_created_while_the_broker_is_away_becomes_active_when_it_is_back() throws Exception {
        // Given
        millrace.deploy("echo", ECHO);
        broker.close();
        awaitAnswer("echo", "Event", 503);
        // When
        String created = create("late", "def handler(event, context): return 7");
        // Then
        assertThat(created).contains("\"State\":\"Pending\"");
        HttpResponse<String> early = post("late", "RequestResponse");
        assertThat(early.statusCode()).isEqualTo(409);
        assertThat(early.body()).contains("The function is currently in the following state: Pending");
        // When
        startBroker(port);
        // Then
        assertThat(Settled.await(millrace.httpUrl().orElseThrow(), "late")
                        .get("State")
                        .asText())
                .isEqualTo("Active");
        awaitAnswer("echo", "Event", 202); // Each connection comes back by itself; this is the one of callers.
        assertThat(post("late", "RequestResponse").body()).isEqualTo("7");
    }

    /** A function in processes that says its request id on a connection and returns when it gets an answer. */
    private void createWaiting(int door, int permits) throws Exception {
        String code =
                """
                import socket
                def handler(event, context):
                    with socket.create_connection(("127.0.0.1", %d)) as test:
                        test.sendall((context.aws_request_id + "\\n").encode())
                        assert test.recv(1), "nobody let it go on"
                """
                        .formatted(door);
        create("waiting", code);
        Settled.await(millrace.httpUrl().orElseThrow(), "waiting");
        millrace.reserve("waiting", OptionalInt.of(permits));
    }

    /** @return the answer of the door, which is not yet that it can be used */
    private String create(String function, String code) throws Exception {
        byte[] archive = new Zip().file("app.py", code).bytes();
        String create =
                """
                {"FunctionName":"%s","Runtime":"python3.12","Role":"arn:aws:iam::000000000000:role/any",
                 "Handler":"app.handler","Timeout":%d,"Code":{"ZipFile":"%s"}}
                """
                        .formatted(
                                function,
                                LONGER_THAN_THE_TEST,
                                Base64.getEncoder().encodeToString(archive));
        URI functions = millrace.httpUrl().orElseThrow().resolve("/2015-03-31/functions");
        HttpResponse<String> created = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(functions)
                                .POST(BodyPublishers.ofString(create))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return created.body();
    }

    /** By calls, which start processes at once; for an event nobody starts a second one while the cores are busy. */
    private void warmUpBoth(ServerSocket door) throws IOException {
        var one = millrace.invoke("waiting", "{}");
        var two = millrace.invoke("waiting", "{}");
        for (Socket handler : List.of(door.accept(), door.accept())) {
            letGoOn(handler);
        }
        assertThat(one.join().isSuccess()).isTrue();
        assertThat(two.join().isSuccess()).isTrue();
    }

    private static boolean isWaiting(ServerSocket door, List<Socket> waiting) throws IOException {
        door.setSoTimeout(1_000);
        try {
            return waiting.add(door.accept());
        } catch (SocketTimeoutException notYet) {
            return false;
        }
    }

    /** @return the request id of what waited */
    private static String letGoOn(Socket handler) throws IOException {
        try (handler) {
            String id = new BufferedReader(new InputStreamReader(handler.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            handler.getOutputStream().write(1);
            return Objects.requireNonNull(id);
        }
    }

    @Test
    void a_broker_that_cannot_be_reached_at_start_is_named() {
        broker.close();
        long before = System.nanoTime();

        assertThatThrownBy(() -> Millrace.builder()
                        .dataDirectory(data.resolve("other"))
                        .broker("amqp://127.0.0.1:" + port)
                        .start())
                .isInstanceOf(BrokerUnavailableException.class)
                .hasMessageContaining("amqp://127.0.0.1:" + port);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
    }
}
