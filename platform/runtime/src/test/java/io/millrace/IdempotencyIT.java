package io.millrace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.dispatch.IdempotencyKeyException;
import io.millrace.runtime.registry.Archives;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Idempotency keys through the whole platform. Each test has a function of its own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class IdempotencyIT {
    private static final String GRAVEYARD = "arn:aws:lambda:us-east-1:000000000000:function:graveyard";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Queue<String> graveyard = new ConcurrentLinkedQueue<>();

    private Path directory;
    private Millrace millrace;

    @BeforeAll
    void start(@TempDir Path temporary) {
        directory = temporary;
        millrace = builder(directory.resolve("data")).http("127.0.0.1", 0).start();
        millrace.deploy("graveyard", (FunctionHandler) (event, context) -> {
            graveyard.add(new String(event, UTF_8));
            return event;
        });
    }

    private static MillraceBuilder builder(Path data) {
        return Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .set("async.retryDelay", "PT0.1S")
                .set("async.retryDelayMultiplier", "1")
                .set("function.timeout", "PT1M")
                .set("shutdown.drainTimeout", "PT0S");
    }

    @AfterAll
    void stop() {
        millrace.close();
    }

    private static FunctionAccount account(Millrace of, String function) {
        return Objects.requireNonNull(of.stats().join().get(function), function);
    }

    private FunctionAccount account(String function) {
        return account(millrace, function);
    }

    /** @param id of an event; empty for the function as a whole */
    private String why(Millrace of, String function, String id) throws IOException, InterruptedException {
        URI asked = of.httpUrl()
                .orElseThrow()
                .resolve("/_millrace/functions/" + function + "/waiting" + (id.isEmpty() ? "" : "?request-id=" + id));
        return http.send(HttpRequest.newBuilder(asked).build(), BodyHandlers.ofString())
                .body();
    }

    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofSeconds(60));
    }

    private static PublishOptions key(String key) {
        return PublishOptions.NONE.withIdempotencyKey(key);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(UTF_8);
    }

    /** Counts its runs, and answers with the number of the run. */
    private AtomicInteger counting(String function) {
        AtomicInteger runs = new AtomicInteger();
        millrace.deploy(
                function, (FunctionHandler) (event, context) -> bytes("{\"run\":" + runs.incrementAndGet() + "}"));
        return runs;
    }

    private HttpResponse<String> invoke(String function, String body, String... headers)
            throws IOException, InterruptedException {
        return post("/2015-03-31/functions/" + function + "/invocations", body, headers);
    }

    private HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        URI uri = millrace.httpUrl().orElseThrow().resolve(path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void duplicates_of_a_completed_call_get_its_result_and_are_told_so() throws Exception {
        AtomicInteger runs = counting("called");
        String[] key = {"X-Millrace-Idempotency-Key", "order 1"};

        HttpResponse<String> first = invoke("called", "{}", key);
        HttpResponse<String> second = invoke("called", "{}", key);
        InvokeResult third = millrace.invoke("called", bytes("{}"), InvokeOptions.NONE.withIdempotencyKey("order 1"))
                .join();
        HttpResponse<String> other = invoke("called", "{}", "X-Millrace-Idempotency-Key", "order 2");

        assertThat(List.of(first.body(), second.body(), third.text(), other.body()))
                .containsExactly("{\"run\":1}", "{\"run\":1}", "{\"run\":1}", "{\"run\":2}");
        assertThat(first.headers().firstValue("X-Millrace-Idempotency-Replayed"))
                .isEmpty();
        assertThat(second.headers().firstValue("X-Millrace-Idempotency-Replayed"))
                .contains("true");
        assertThat(second.headers().firstValue("X-Amz-Executed-Version")).contains("$LATEST");
        assertThat(third.isReplayed()).isTrue();
        assertThat(runs).hasValue(2);
    }

    @Test
    void duplicates_of_a_completed_event_succeed_without_running() {
        AtomicInteger runs = counting("published");

        Stream.of("a", "a", "b", "a")
                .map(key -> millrace.publish("published", bytes("{}"), key(key)))
                .toList()
                .forEach(CompletableFuture::join);

        patiently().until(() -> account("published").succeeded() == 4);
        assertThat(account("published")).isEqualTo(new FunctionAccount(4, 0, 0, 0, 4, 0, 0));
        assertThat(runs).hasValue(2);
    }

    @Test
    void while_one_runs_a_call_is_to_come_again_and_an_event_waits_without_spending_an_attempt() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        // One attempt: an event that spent it waiting would be dead.
        millrace.deploy(
                "slow",
                (FunctionHandler) (event, context) -> {
                    runs.incrementAndGet();
                    started.countDown();
                    goOn.await();
                    return bytes("\"slow\"");
                },
                definition -> definition.withAsync(definition
                        .async()
                        .withMaximumRetryAttempts(0)
                        .withRetryDelay(Duration.ofSeconds(1)))); // Which is seen at the broker.
        CompletableFuture<InvokeResult> first =
                millrace.invoke("slow", bytes("{}"), InvokeOptions.NONE.withIdempotencyKey("k"));
        started.await();

        HttpResponse<String> second = invoke("slow", "{}", "X-Millrace-Idempotency-Key", "k");
        millrace.publish("slow", bytes("{}"), key("k")).join();

        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(second.headers().firstValue("x-amzn-ErrorType")).contains("TooManyRequestsException");
        assertThat(second.headers().firstValue("Retry-After")).isPresent();
        patiently().until(() -> account("slow").delayed() == 1); // It was looked at, and is back at the broker.
        goOn.countDown();
        assertThat(first.join().text()).isEqualTo("\"slow\"");
        patiently().until(() -> account("slow").succeeded() == 1);
        assertThat(account("slow").deadLettered()).isZero();
        assertThat(runs).hasValue(1);
    }

    @Test
    void an_event_that_is_held_here_for_a_key_in_use_is_found_and_says_so() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        millrace.deploy("short", (FunctionHandler) (event, context) -> { // With a retry delay below a second.
            started.countDown();
            goOn.await();
            return event;
        });
        try {
            millrace.publish("short", bytes("{}"), key("k")).join();
            started.await();
            String second = millrace.publish("short", bytes("{}"), key("k")).join();

            patiently().until(() -> {
                String found = why(millrace, "short", second);
                assertThat(found).doesNotContain("NotFound");
                return found.contains("\"reason\":\"KeyInUse\"") && found.contains("\"until\"");
            });
        } finally {
            goOn.countDown();
        }
        patiently().until(() -> account("short").succeeded() == 2);
    }

    @Test
    void an_error_frees_the_key_for_the_next_attempt_and_for_others() {
        AtomicInteger runs = new AtomicInteger();
        millrace.deploy("flaky", (FunctionHandler) (event, context) -> {
            if (runs.incrementAndGet() < 3) {
                throw new IllegalStateException("run " + runs);
            }
            return bytes("\"third\"");
        });

        InvokeResult failed = millrace.invoke("flaky", bytes("{}"), InvokeOptions.NONE.withIdempotencyKey("k"))
                .join();
        assertThat(failed.functionError()).isPresent();
        millrace.publish("flaky", bytes("{}"), key("k")).join();

        patiently().until(() -> account("flaky").succeeded() == 1);
        InvokeResult replayed = millrace.invoke("flaky", bytes("{}"), InvokeOptions.NONE.withIdempotencyKey("k"))
                .join();
        assertThat(replayed.text()).isEqualTo("\"third\"");
        assertThat(runs).hasValue(3);
    }

    @Test
    void a_key_with_another_payload_is_refused_and_an_event_of_it_dies_with_the_cause_and_no_retry() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        millrace.deploy(
                "strict",
                (FunctionHandler) (event, context) -> bytes("{\"run\":" + runs.incrementAndGet() + "}"),
                definition -> definition.withAsync(definition.async().withOnFailure(Optional.of(GRAVEYARD))));
        invoke("strict", "{\"pieces\":1}", "X-Millrace-Idempotency-Key", "k");

        HttpResponse<String> call = invoke("strict", "{\"pieces\":2}", "X-Millrace-Idempotency-Key", "k");
        millrace.publish("strict", bytes("{\"pieces\":2}"), key("k")).join();

        assertThat(call.statusCode()).isEqualTo(400);
        assertThat(call.body()).contains("another payload");
        patiently().until(() -> account("strict").deadLettered() == 1);
        patiently().until(() -> graveyard.stream().anyMatch(record -> record.contains("\"IdempotencyKeyReused\"")));
        assertThat(runs).hasValue(1);
    }

    @Test
    void a_function_may_name_the_part_of_its_events_that_is_the_key() {
        AtomicInteger runs = new AtomicInteger();
        millrace.deploy(
                "pointed",
                (FunctionHandler) (event, context) -> bytes("{\"run\":" + runs.incrementAndGet() + "}"),
                IdempotencyIT::byOrder);
        List<String> answers = Stream.of(
                        "{\"order\":{\"a\":1,\"b\":2},\"at\":1}",
                        "{\"order\":{\"b\":2,\"a\":1},\"at\":2}",
                        "{\"at\":3}",
                        "{\"at\":3}",
                        "{\"order\":7}")
                .map(event -> millrace.invoke("pointed", event).join().text())
                .toList();

        // The second is the first, with another time; those without an order have no key.
        assertThat(answers).containsExactly("{\"run\":1}", "{\"run\":1}", "{\"run\":2}", "{\"run\":3}", "{\"run\":4}");
        assertThatThrownBy(() -> millrace.deploy(
                        "pointless",
                        (FunctionHandler) (event, context) -> event,
                        definition -> definition.withEnvironment(Map.of("MILLRACE_IDEMPOTENCY_KEY", "order"))))
                .hasMessageContaining("'order', expected a JSON pointer");
        assertThatThrownBy(() -> millrace.deploy(
                        "pointless",
                        (FunctionHandler) (event, context) -> event,
                        definition -> definition.withEnvironment(Map.of("MILLRACE_IDEMPOTENCY_ITEM_KEY", "order"))))
                .hasMessageContaining("MILLRACE_IDEMPOTENCY_ITEM_KEY is 'order', expected a JSON pointer");
    }

    private static FunctionDefinition byOrder(FunctionDefinition definition) {
        return definition.withEnvironment(Map.of("MILLRACE_IDEMPOTENCY_KEY", "/order"));
    }

    @Test
    void invocations_without_the_key_that_their_function_points_to_are_counted() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        FunctionHandler counting = (event, context) -> bytes("{\"run\":" + runs.incrementAndGet() + "}");
        millrace.deploy(
                "mistyped",
                counting,
                definition -> definition.withEnvironment(Map.of("MILLRACE_IDEMPOTENCY_KEY", "/oder")));

        millrace.invoke("mistyped", "{\"order\":1}").join();
        millrace.invoke("mistyped", "no JSON".getBytes(UTF_8)).join();
        millrace.invoke("mistyped", "{\"oder\":1}").join();
        millrace.publish("mistyped", "{\"order\":1}").join();

        patiently().until(() -> account("mistyped").succeeded() == 1);
        assertThat(runs).hasValue(4);
        URI metrics = millrace.httpUrl().orElseThrow().resolve("/metrics");
        HttpResponse<String> scraped = http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString());
        assertThat(scraped.body().lines())
                .anyMatch(line -> line.startsWith("millrace_idempotency_keys_missing_total{function=\"mistyped\"} 3"));
    }

    private static FunctionDefinition requiring(FunctionDefinition definition, String required) {
        return definition.withEnvironment(
                Map.of("MILLRACE_IDEMPOTENCY_KEY", "/order", "MILLRACE_IDEMPOTENCY_KEY_REQUIRED", required));
    }

    @Test
    void a_function_that_requires_its_key_runs_nothing_without() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        FunctionHandler counting = (event, context) -> bytes("{\"run\":" + runs.incrementAndGet() + "}");
        millrace.deploy("requiring", counting, definition -> requiring(definition, "true"));

        HttpResponse<String> call = invoke("requiring", "{\"oder\":1}");
        millrace.publish("requiring", "{\"oder\":1}").join();
        millrace.publish("requiring", "{\"order\":1}").join();

        assertThat(call.statusCode()).isEqualTo(400);
        assertThat(call.headers().firstValue("x-amzn-ErrorType")).contains("InvalidParameterValueException");
        assertThat(call.body()).contains("MILLRACE_IDEMPOTENCY_KEY");
        patiently()
                .until(() -> account("requiring").succeeded() == 1
                        && account("requiring").deadLettered() == 1);
        assertThat(invoke("requiring", "{\"order\":1}").body()).isEqualTo("{\"run\":1}");
        assertThat(runs).hasValue(1);
        assertThatThrownBy(() -> millrace.deploy("pointless", counting, definition -> requiring(definition, "yes")))
                .hasMessageContaining("MILLRACE_IDEMPOTENCY_KEY_REQUIRED is 'yes', expected true or false");
        assertThatThrownBy(() -> millrace.deploy(
                        "pointless",
                        counting,
                        definition -> definition.withEnvironment(Map.of("MILLRACE_IDEMPOTENCY_KEY_REQUIRED", "true"))))
                .hasMessageContaining("expected MILLRACE_IDEMPOTENCY_KEY with it");
    }

    private HttpResponse<String> create(String function, String pointer) throws IOException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("FunctionName", function)
                .put("Runtime", "python3.12")
                .put("Role", "arn:aws:iam::000000000000:role/any")
                .put("Handler", "app.handler")
                .put("Timeout", 60);
        body.putObject("Environment").putObject("Variables").put("MILLRACE_IDEMPOTENCY_KEY", pointer);
        body.putObject("Code")
                .put(
                        "ZipFile",
                        Archives.with(
                                "app.py",
                                """
                                runs = 0
                                def handler(event, context):
                                    global runs
                                    runs += 1
                                    print("run", runs)
                                    return runs
                                """));
        return post("/2015-03-31/functions", body.toString());
    }

    @Test
    void a_function_in_a_process_of_its_own_runs_once_for_each_key_that_its_variable_points_to() throws Exception {
        assertThat(create("uploaded", "/order").statusCode()).isEqualTo(201);
        Settled.await(millrace.httpUrl().orElseThrow(), "uploaded");

        HttpResponse<String> first = invoke("uploaded", "{\"order\":1}", "X-Amz-Log-Type", "Tail");
        HttpResponse<String> second = invoke("uploaded", "{\"order\":1}", "X-Amz-Log-Type", "Tail");
        HttpResponse<String> other = invoke("uploaded", "{\"order\":2}");

        assertThat(List.of(first.body(), second.body(), other.body())).containsExactly("1", "1", "2");
        assertThat(first.headers().firstValue("X-Amz-Log-Result")).isPresent();
        assertThat(second.headers().firstValue("X-Amz-Log-Result")).isEmpty(); // Nothing ran.
        HttpResponse<String> refused = create("refused", "order");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("MILLRACE_IDEMPOTENCY_KEY", "expected a JSON pointer");
    }

    @Test
    void a_key_of_ten_kilobytes_is_a_key_and_one_that_is_empty_or_of_a_stream_is_refused() throws Exception {
        AtomicInteger runs = counting("keyed");
        String huge = "k".repeat(10_240);
        for (String key : List.of(huge + 1, huge + 2, huge + 1)) {
            millrace.publish("keyed", bytes("{}"), key(key)).join();
        }
        patiently().until(() -> account("keyed").succeeded() == 3);
        assertThat(runs).hasValue(2);

        assertThat(invoke("keyed", "{}", "X-Millrace-Idempotency-Key", " ").statusCode())
                .isEqualTo(400);
        HttpResponse<String> stream = post(
                "/2021-11-15/functions/keyed/response-streaming-invocations", "{}", "X-Millrace-Idempotency-Key", "k");
        assertThat(stream.statusCode()).isEqualTo(400);
        assertThat(stream.body()).contains("X-Millrace-Idempotency-Key");
    }

    @Test
    void a_function_with_one_permit_runs_one_at_a_time_also_while_results_are_still_to_be_kept() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        millrace.deploy(
                "narrow",
                (FunctionHandler) (event, context) -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    now.decrementAndGet();
                    return event;
                },
                definition -> definition.withReservedConcurrency(OptionalInt.of(1)));

        IntStream.range(0, 300)
                .mapToObj(i -> millrace.publish("narrow", bytes("{}"), key("k" + i)))
                .toList()
                .forEach(CompletableFuture::join);

        patiently().until(() -> account("narrow").succeeded() == 300);
        assertThat(most).hasValue(1);
    }

    @Test
    void what_a_publisher_sends_again_with_the_same_id_is_dropped_by_the_broker() throws Exception {
        AtomicInteger runs = counting("resent");
        PublishOptions sameId = PublishOptions.NONE.withPublishId("shop/4711");

        millrace.publish("resent", bytes("{}"), sameId).join();
        millrace.publish("resent", bytes("{}"), sameId).join();
        HttpResponse<String> byHttp =
                invoke("resent", "{}", "X-Amz-Invocation-Type", "Event", "X-Millrace-Publish-Id", "shop/4711");
        millrace.publish("resent", bytes("{}"), PublishOptions.NONE.withPublishId("shop/4712"))
                .join();

        assertThat(byHttp.statusCode()).isEqualTo(202);
        patiently().until(() -> account("resent").succeeded() == 2);
        assertThat(account("resent").accepted()).isEqualTo(2);
        assertThat(runs).hasValue(2);
    }

    @Test
    void while_the_store_is_away_events_wait_with_all_attempts_and_resume_and_those_without_a_key_go_on()
            throws Exception {
        Path data = Files.createDirectories(directory.resolve("away"));
        Path store = data.resolve("idempotency.keys");
        Files.createDirectory(store); // What H2 cannot open.
        AtomicInteger runs = new AtomicInteger();
        try (Millrace server = builder(data).http("127.0.0.1", 0).start()) {
            server.deploy(
                    "waiting",
                    (FunctionHandler) (event, context) -> bytes("{\"run\":" + runs.incrementAndGet() + "}"),
                    definition -> definition.withAsync(definition.async().withMaximumRetryAttempts(0)));
            String waiting = server.publish("waiting", bytes("{}"), key("a")).join();
            server.publish("waiting", bytes("{}"), key("b")).join();

            assertThatThrownBy(() -> server.invoke("waiting", bytes("{}"), InvokeOptions.NONE.withIdempotencyKey("c"))
                            .join())
                    .cause()
                    .isInstanceOfSatisfying(IdempotencyKeyException.class, away -> assertThat(away.kind())
                            .isEqualTo(IdempotencyKeyException.Kind.STORE_AWAY));
            assertThat(server.invoke("waiting", "{}").join().isSuccess()).isTrue();
            assertThat(runs).hasValue(1);
            assertThat(account(server, "waiting").deadLettered()).isZero();
            patiently().until(() -> why(server, "waiting", waiting).contains("\"reason\":\"StoreAway\""));
            patiently().until(() -> why(server, "waiting", "").contains("\"reason\":\"StoreAway\""));

            Files.delete(store);

            patiently().until(() -> account(server, "waiting").succeeded() == 2);
            assertThat(runs).hasValue(3);
        }
    }
}
