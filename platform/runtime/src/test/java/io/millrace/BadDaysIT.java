package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.environment.process.Zip;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bad days of the platform itself, as its callers see them over HTTP; docs/bad-days.md has them all. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class BadDaysIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LONGER_THAN_THE_TEST = Duration.ofMinutes(10);
    private static final String FUNCTIONS = "/2015-03-31/functions";
    private static final String HANDLER =
            """
            failures = 0
            def handler(event, context):
                global failures
                if event == "fails twice" and failures < 2:
                    failures += 1
                    raise ValueError(event)
                return event
            """;

    @TempDir
    Path data;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Millrace millrace;

    @BeforeEach
    void start() {
        millrace = Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .http("127.0.0.1", 0)
                .set("async.retryDelay", "PT0.1S")
                .start();
    }

    @AfterEach
    void stop() {
        millrace.close();
    }

    private CompletableFuture<HttpResponse<String>> send(String method, String path, String body) {
        return http.sendAsync(
                HttpRequest.newBuilder(URI.create(millrace.httpUrl().orElseThrow() + path))
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private CompletableFuture<HttpResponse<String>> call(String function, String payload) {
        return send("POST", FUNCTIONS + "/" + function + "/invocations", payload);
    }

    /** Asks until the counts are so. A broker that is busy may not answer; asked again, it does. */
    private void awaitAccount(String function, ThrowingConsumer<FunctionAccount> expectation) {
        await().ignoreExceptions()
                .atMost(PATIENCE)
                .untilAsserted(() -> expectation.accept(
                        Objects.requireNonNull(millrace.stats().join().get(function), function)));
    }

    @Test
    void two_calls_that_race_for_the_last_permit_are_one_answer_and_one_429() throws Exception {
        for (int round = 1; round <= 20; round++) {
            // Given: a function for each round, as one with one permit is also held to ten calls a second
            String function = "single-" + round;
            CountDownLatch mayEnd = new CountDownLatch(1);
            AtomicInteger runs = new AtomicInteger();
            millrace.deploy(
                    function,
                    (FunctionHandler) (event, context) -> {
                        runs.incrementAndGet();
                        mayEnd.await();
                        return event;
                    },
                    definition -> definition
                            .withReservedConcurrency(OptionalInt.of(1))
                            .withTimeout(LONGER_THAN_THE_TEST));
            // When
            CompletableFuture<HttpResponse<String>> one = call(function, "1");
            CompletableFuture<HttpResponse<String>> other = call(function, "1");
            // The one with the permit cannot end yet, so the first answer is the refusal.
            CompletableFuture.anyOf(one, other).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            HttpResponse<String> refused = one.isDone() ? one.join() : other.join();
            CompletableFuture<HttpResponse<String>> running = one.isDone() ? other : one;
            // Then
            assertThat(refused.statusCode()).as("round %d", round).isEqualTo(429);
            assertThat(refused.headers().firstValue("x-amzn-ErrorType")).contains("TooManyRequestsException");
            assertThat(refused.body())
                    .isEqualTo("{\"Reason\":\"ReservedFunctionConcurrentInvocationLimitExceeded\","
                            + "\"Type\":\"User\",\"message\":\"Rate Exceeded.\"}");
            assertThat(running).as("round %d", round).isNotDone();
            mayEnd.countDown();
            HttpResponse<String> answer = running.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(answer.statusCode()).as("round %d", round).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("1");
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void while_the_registry_is_away_events_and_calls_go_on_and_only_changes_are_refused() throws Exception {
        // Given
        CountDownLatch release = new CountDownLatch(1);
        millrace.deploy(
                "held",
                (FunctionHandler) (event, context) -> {
                    release.await();
                    return event;
                },
                definition -> definition.withTimeout(LONGER_THAN_THE_TEST));
        millrace.reserve("held", OptionalInt.of(2));
        createStored();
        assertThat(send("POST", FUNCTIONS + "/stored/versions", "{}").join().statusCode())
                .isEqualTo(201);
        for (int i = 0; i < 10; i++) {
            millrace.publish("held", "{}").join();
        }
        awaitAccount("held", held -> assertThat(held.running()).isEqualTo(2));
        // When
        takeRegistryAway();
        HttpResponse<String> reserved = send(
                        "PUT", "/2017-10-31/functions/stored/concurrency", "{\"ReservedConcurrentExecutions\":0}")
                .join();
        HttpResponse<String> deleted = send("DELETE", FUNCTIONS + "/stored", "").join();
        HttpResponse<String> created = send("POST", FUNCTIONS, created("more")).join();
        HttpResponse<String> scaled = register("function:stored:1").join();
        HttpResponse<String> called = call("stored", "1").join();
        for (int i = 0; i < 10; i++) {
            millrace.publish("held", "{}").join();
            millrace.publish("stored", "1").join();
        }
        release.countDown();
        // Then
        for (HttpResponse<String> refused : List.of(reserved, deleted, created)) {
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
            assertThat(refused.body())
                    .contains("The registry is not available: registry '" + data.resolve("registry")
                            + ".mv.db' cannot be ");
        }
        assertThat(scaled.statusCode()).as(scaled.body()).isEqualTo(503);
        assertThat(scaled.body())
                .startsWith("{\"__type\":\"InternalServiceException\",\"Message\":\"The registry is not available: ");
        assertThat(called.statusCode()).as(called.body()).isEqualTo(200);
        awaitAccount("held", held -> assertThat(held).isEqualTo(new FunctionAccount(20, 0, 0, 0, 20, 0, 0)));
        awaitAccount("stored", stored -> assertThat(stored).isEqualTo(new FunctionAccount(10, 0, 0, 0, 10, 0, 0)));
        // When
        bringRegistryBack();
        // Then it is back by itself, and what was refused is done now
        assertThat(register("function:stored:1").join().statusCode()).isEqualTo(200);
        HttpResponse<String> now = send("DELETE", FUNCTIONS + "/stored", "").join();
        assertThat(now.statusCode()).as(now.body()).isEqualTo(204);
        assertThat(send("POST", FUNCTIONS, created("stored")).join().statusCode())
                .isEqualTo(201);
    }

    @Test
    void a_change_that_the_disk_refuses_at_its_end_is_not_made_at_all() throws Exception {
        // Given
        createStored();
        HttpResponse<String> version =
                send("POST", FUNCTIONS + "/stored/versions", "{}").join();
        assertThat(version.statusCode()).as(version.body()).isEqualTo(201);
        // When: the registry can be written, as it is found before each change, but not what is to be stored
        onRegistry("ALTER TABLE functions RENAME TO elsewhere");
        Map<String, HttpResponse<String>> answers = new LinkedHashMap<>();
        answers.put("delete", send("DELETE", FUNCTIONS + "/stored", "").join());
        answers.put("reserve", put("/2017-10-31/functions/stored/concurrency", "{'ReservedConcurrentExecutions':0}"));
        answers.put("retry", put("/2019-09-25/functions/stored/event-invoke-config", "{'MaximumRetryAttempts':0}"));
        answers.put(
                "provision",
                put(
                        "/2019-09-30/functions/stored/provisioned-concurrency?Qualifier=1",
                        "{'ProvisionedConcurrentExecutions':900}"));
        answers.put(
                "update", put(FUNCTIONS + "/stored/code", "{'ZipFile':'" + base64("def handler(e, c): 1/0") + "'}"));
        answers.put("create", send("POST", FUNCTIONS, created("more")).join());
        onRegistry("ALTER TABLE elsewhere RENAME TO functions");
        // Then
        answers.forEach((change, answer) -> {
            assertThat(answer.statusCode()).as("%s: %s", change, answer.body()).isEqualTo(503);
            assertThat(answer.body())
                    .as(change)
                    .contains("The registry is not available: registry '" + data.resolve("registry")
                            + ".mv.db' cannot be written: ");
        });
        HttpResponse<String> called = call("stored", "1").join();
        assertThat(called.body()).as("it is there, has a permit and its code").isEqualTo("1");
        millrace.publish("stored", "\"fails twice\"").join();
        awaitAccount("stored", stored -> assertThat(stored)
                .as("it is tried again")
                .isEqualTo(new FunctionAccount(1, 0, 0, 0, 1, 0, 0)));
        millrace.deploy("other", (FunctionHandler) (event, context) -> event);
        millrace.reserve("other", OptionalInt.of(900)); // There is no room for this beside what was provisioned.
        HttpResponse<String> now = send("POST", FUNCTIONS, created("more")).join();
        assertThat(now.statusCode()).as(now.body()).isEqualTo(201);
    }

    @Test
    void an_archive_that_leads_out_or_inflates_too_far_is_refused_when_it_is_uploaded() {
        // Given
        byte[] zeros = new byte[100_000_000];
        String noZip = "Could not unzip uploaded file. Please check your file, then try to upload again.";
        String tooLarge = "Unzipped size must be smaller than 262144000 bytes";
        Map<Zip, String> archives = new LinkedHashMap<>();
        archives.put(new Zip().file("app.py", HANDLER).file("../evil", "x"), noZip);
        archives.put(new Zip().file("app.py", HANDLER).file("/tmp/millrace-evil", "x"), noZip);
        archives.put(
                new Zip().file("app.py", HANDLER).link("evil", "/etc/passwd"),
                "link 'evil' leads out of the archive, to '/etc/passwd'");
        archives.put(new Zip().file("a", zeros).file("b", zeros).file("c", zeros), tooLarge);
        archives.put(new Zip().lyingFile("a", zeros, 1).lyingFile("b", zeros, 1).lyingFile("c", zeros, 1), tooLarge);
        archives.forEach((archive, message) -> {
            // When
            HttpResponse<String> answer =
                    send("POST", FUNCTIONS, created("evil", archive.bytes())).join();
            // Then
            assertThat(answer.statusCode()).as(message).isEqualTo(400);
            assertThat(answer.headers().firstValue("x-amzn-ErrorType")).contains("InvalidParameterValueException");
            assertThat(answer.body()).contains(message);
            assertThat(call("evil", "1").join().statusCode()).isEqualTo(404);
        });
    }

    private CompletableFuture<HttpResponse<String>> register(String resource) {
        String body =
                """
                {"ServiceNamespace":"lambda","ResourceId":"%s","MinCapacity":1,"MaxCapacity":2,
                 "ScalableDimension":"lambda:function:ProvisionedConcurrency"}
                """;
        return http.sendAsync(
                HttpRequest.newBuilder(millrace.httpUrl().orElseThrow().resolve("/"))
                        .header("X-Amz-Target", "AnyScaleFrontendService.RegisterScalableTarget")
                        .POST(BodyPublishers.ofString(body.formatted(resource)))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> put(String path, String body) {
        return send("PUT", path, body.replace('\'', '"')).join();
    }

    private void createStored() {
        HttpResponse<String> answer = send("POST", FUNCTIONS, created("stored")).join();
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        Settled.await(millrace.httpUrl().orElseThrow(), "stored");
    }

    private static String base64(String code) {
        return Base64.getEncoder().encodeToString(new Zip().file("app.py", code).bytes());
    }

    private static String created(String name) {
        return created(name, new Zip().file("app.py", HANDLER).bytes());
    }

    private static String created(String name, byte[] archive) {
        return """
                {"FunctionName":"%s","Runtime":"python3.12","Role":"arn:aws:iam::000000000000:role/any",
                 "Handler":"app.handler","Timeout":600,"Code":{"ZipFile":"%s"}}
                """
                .formatted(name, Base64.getEncoder().encodeToString(archive));
    }

    // The same JVM, hence the same database.
    private void onRegistry(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + data.resolve("registry"), "sa", "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The database as it is after an error of its disk: closed under the server's hands, and not to be opened. */
    private void takeRegistryAway() throws SQLException, IOException {
        onRegistry("SHUTDOWN IMMEDIATELY"); // It writes nothing more, as if it were killed.
        Files.move(data.resolve("registry.mv.db"), data.resolve("elsewhere.mv.db"));
    }

    private void bringRegistryBack() throws IOException {
        Files.move(data.resolve("elsewhere.mv.db"), data.resolve("registry.mv.db"));
    }
}
