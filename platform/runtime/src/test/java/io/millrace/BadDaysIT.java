package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bad days of the platform itself, as its callers see them over HTTP; docs/bad-days.md has them all. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(120)
class BadDaysIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

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
        return send("POST", "/2015-03-31/functions/" + function + "/invocations", payload);
    }

    private FunctionAccount account(String function) {
        return Objects.requireNonNull(millrace.stats().join().get(function), function);
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
                            .withTimeout(Duration.ofSeconds(60)));
            // When
            CompletableFuture<HttpResponse<String>> one = call(function, "1");
            CompletableFuture<HttpResponse<String>> other = call(function, "1");
            // The one with the permit cannot end yet, so the first answer is the refusal.
            CompletableFuture.anyOf(one, other).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            HttpResponse<String> refused = one.isDone() ? one.join() : other.join();
            CompletableFuture<HttpResponse<String>> running = one.isDone() ? other : one;
            // Then
            assertThat(refused.statusCode()).as("round %d", round).isEqualTo(429);
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
                definition -> definition.withTimeout(Duration.ofSeconds(60)));
        millrace.reserve("held", OptionalInt.of(2));
        createStored();
        for (int i = 0; i < 10; i++) {
            millrace.publish("held", "{}").join();
        }
        await().atMost(PATIENCE).until(() -> account("held").running() == 2);
        // When
        takeRegistryAway();
        HttpResponse<String> reserved = send(
                        "PUT", "/2017-10-31/functions/stored/concurrency", "{\"ReservedConcurrentExecutions\":0}")
                .join();
        HttpResponse<String> deleted =
                send("DELETE", "/2015-03-31/functions/stored", "").join();
        HttpResponse<String> created =
                send("POST", "/2015-03-31/functions", created("more")).join();
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
        assertThat(called.statusCode()).as(called.body()).isEqualTo(200);
        await().atMost(PATIENCE).until(() -> account("held").succeeded() == 20);
        await().atMost(PATIENCE).until(() -> account("stored").succeeded() == 10);
        assertThat(account("held")).isEqualTo(new FunctionAccount(20, 0, 0, 0, 20, 0, 0));
        // When
        bringRegistryBack();
        // Then it is back by itself, and what was refused is done now
        HttpResponse<String> now =
                send("DELETE", "/2015-03-31/functions/stored", "").join();
        assertThat(now.statusCode()).as(now.body()).isEqualTo(204);
        assertThat(send("POST", "/2015-03-31/functions", created("stored"))
                        .join()
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void a_zip_whose_entries_lead_out_is_refused_in_lambdas_words() {
        // When
        HttpResponse<String> answer = send("POST", "/2015-03-31/functions", created("evil", "../evil.py"))
                .join();
        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("x-amzn-ErrorType")).contains("InvalidParameterValueException");
        assertThat(answer.body())
                .isEqualTo("{\"Type\":\"User\",\"message\":\"Could not unzip uploaded file."
                        + " Please check your file, then try to upload again.\"}");
    }

    private void createStored() {
        HttpResponse<String> answer =
                send("POST", "/2015-03-31/functions", created("stored")).join();
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    private static String created(String name) {
        return created(name, "app.py");
    }

    private static String created(String name, String entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write("def handler(event, context): return event\n".getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return """
                {"FunctionName":"%s","Runtime":"python3.12","Role":"arn:aws:iam::000000000000:role/any",
                 "Handler":"app.handler","Timeout":60,"Code":{"ZipFile":"%s"}}
                """
                .formatted(name, Base64.getEncoder().encodeToString(bytes.toByteArray()));
    }

    /** The database as it is after an error of its disk: closed under the server's hands, and not to be opened. */
    private void takeRegistryAway() throws SQLException, IOException {
        // The same JVM, hence the same database; it writes nothing more, as if it were killed.
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + data.resolve("registry"), "sa", "");
                Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN IMMEDIATELY");
        }
        Files.move(data.resolve("registry.mv.db"), data.resolve("elsewhere.mv.db"));
    }

    private void bringRegistryBack() throws IOException {
        Files.move(data.resolve("elsewhere.mv.db"), data.resolve("registry.mv.db"));
    }
}
