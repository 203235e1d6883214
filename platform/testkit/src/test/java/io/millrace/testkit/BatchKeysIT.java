package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Idempotency keys of the messages of a queue that feeds a function; effects are counted from outside. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class BatchKeysIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String REPORTING = ", \"FunctionResponseTypes\": [\"ReportBatchItemFailures\"]";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    private final HttpClient client = HttpClient.newHttpClient();

    private static MappedQueue queue(String name) {
        return new MappedQueue(
                millrace.broker().amqpPort(), millrace.millrace().httpUrl().orElseThrow(), name);
    }

    private static void deploy(String function, FunctionHandler handler) {
        millrace.millrace().deploy(function, handler, definition -> definition
                .withTimeout(Duration.ofMinutes(10))
                .withEnvironment(Map.of("MILLRACE_IDEMPOTENCY_ITEM_KEY", "/body/order/id")));
    }

    /** What runs or waits here is in no browser's view of the queue; what is deleted is counted. */
    private void awaitDeleted(String mapping, int messages) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(counts(mapping).getLong("deleted"))
                .isEqualTo(messages));
    }

    private JsonObject counts(String mapping) throws Exception {
        URI stats = millrace.millrace().httpUrl().orElseThrow().resolve("/_millrace/stats");
        String answer = client.send(HttpRequest.newBuilder(stats).build(), BodyHandlers.ofString())
                .body();
        return new JsonObject(answer).getJsonObject("mappings").getJsonObject(mapping);
    }

    private static String order(String id, String note) {
        return "{\"order\":{\"id\":\"" + id + "\"},\"note\":\"" + note + "\"}";
    }

    @Test
    void batches_run_where_the_function_requires_a_key_of_its_events_and_are_not_counted_as_without() throws Exception {
        BatchRecorder recorder = new BatchRecorder();
        millrace.millrace()
                .deploy(
                        "requiring",
                        recorder,
                        definition -> definition.withEnvironment(Map.of(
                                "MILLRACE_IDEMPOTENCY_KEY", "/order/id", "MILLRACE_IDEMPOTENCY_KEY_REQUIRED", "true")));
        MappedQueue queue = queue("requiring-in");
        MappedQueue ordered = queue("requiring-in.fifo");
        queue.send(List.of(order("1", "of a queue")));
        ordered.sendInGroups(List.of(order("1", "of a group")), body -> "g");

        awaitDeleted(queue.map("requiring", ""), 1);
        awaitDeleted(ordered.map("requiring", ""), 1);

        assertThat(recorder.bodies()).containsExactlyInAnyOrder(order("1", "of a queue"), order("1", "of a group"));
        URI metrics = millrace.millrace().httpUrl().orElseThrow().resolve("/metrics");
        String scraped = client.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                .body();
        assertThat(scraped.lines())
                .filteredOn(line -> line.startsWith("millrace_idempotency_keys_missing_total{function=\"requiring\"}"))
                .allMatch(line -> line.endsWith(" 0.0"));
    }

    /** Has its effect for a record, or says that it failed, at random and up to three times for each record. */
    private static final class Flaky implements FunctionHandler {
        private static final int MOST_FAILURES = 3;

        final Map<String, AtomicInteger> effects = new ConcurrentHashMap<>();
        final AtomicInteger failures = new AtomicInteger();
        private final Map<String, Integer> failed = new ConcurrentHashMap<>();
        private final Random random = new Random(4711);

        @Override
        public byte[] handle(byte[] event, FunctionContext context) {
            JsonArray failures = new JsonArray();
            for (JsonObject message : MappedQueue.records(event)) {
                String id = message.getString("messageId");
                if (fails(id)) {
                    failures.add(new JsonObject().put("itemIdentifier", id));
                } else {
                    String order = new JsonObject(message.getString("body"))
                            .getJsonObject("order")
                            .getString("id");
                    effects.computeIfAbsent(order, isNew -> new AtomicInteger()).incrementAndGet();
                }
            }
            return new JsonObject().put("batchItemFailures", failures).encode().getBytes(StandardCharsets.UTF_8);
        }

        private synchronized boolean fails(String id) {
            int before = failed.getOrDefault(id, 0);
            if (before == MOST_FAILURES || random.nextInt(10) >= 3) {
                return false;
            }
            failed.put(id, before + 1);
            failures.incrementAndGet();
            return true;
        }
    }

    @Test
    void each_key_has_its_effect_exactly_once_whatever_fails_and_comes_again() {
        Flaky flaky = new Flaky();
        deploy("flaky", flaky);
        List<String> bodies = new ArrayList<>();
        IntStream.range(0, 300).forEach(i -> bodies.add(order("o" + i % 150, "copy " + i)));
        Collections.shuffle(bodies, new Random(7));
        MappedQueue queue = queue("flaky-in");
        queue.send(bodies);

        String mapping = queue.map("flaky", REPORTING + ", \"BatchSize\": 7");

        awaitDeleted(mapping, 300);
        assertThat(flaky.effects).hasSize(150).allSatisfy((order, times) -> assertThat(times)
                .hasValue(1));
        assertThat(flaky.failures).hasPositiveValue();
        assertThat(queue.waiting("DLQ")).doesNotContainAnyElementsOf(bodies);
    }

    @Test
    void a_duplicate_of_a_record_that_runs_waits_without_spending_a_delivery() {
        BatchRecorder recorder = new BatchRecorder();
        recorder.gate = new CountDownLatch(1);
        recorder.reportedOnce.add(order("1", "first"));
        deploy("waiting", recorder);
        MappedQueue queue = queue("waiting-in");
        queue.send(List.of(order("1", "first")));
        String mapping = queue.map("waiting", REPORTING + ", \"BatchSize\": 1");
        await().atMost(PATIENCE).until(() -> recorder.bodies().size() == 1);
        queue.send(List.of(order("1", "second"), order("2", "other")));
        await().atMost(PATIENCE).until(() -> recorder.bodies().contains(order("2", "other")));

        recorder.gate.countDown(); // The first fails, and is free for whichever of the two is next.

        awaitDeleted(mapping, 3);
        assertThat(recorder.bodies().stream().filter(body -> body.contains("\"1\"")))
                .hasSize(2);
        assertThat(recorder.receipts(order("1", "second"))).isSubsetOf("1");
    }

    @Test
    void a_key_that_its_sender_named_is_refused_with_another_body_and_the_message_dies_without_running() {
        BatchRecorder recorder = new BatchRecorder();
        deploy("named", recorder);
        MappedQueue queue = queue("named-in");
        queue.sendWithKey("k", "one");
        String mapping = queue.map("named", "");
        awaitDeleted(mapping, 1);

        queue.sendWithKey("k", "one");
        queue.sendWithKey("k", "two");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(queue.waiting("DLQ")).contains("two"));
        awaitDeleted(mapping, 2);
        assertThat(recorder.bodies()).containsExactly("one");
        assertThat(queue.waiting("DLQ")).doesNotContain("one");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(counts(mapping).getString("lastProcessingResult"))
                .startsWith("PROBLEM"));
    }

    @Test
    void a_message_group_keeps_its_order_around_duplicates_and_failures() {
        BatchRecorder recorder = new BatchRecorder();
        List<String> bodies = List.of(order("a", "1"), order("b", "2"), order("a", "3"), order("d", "4"));
        recorder.reportedOnce.add(bodies.get(1));
        deploy("ordered", recorder);
        MappedQueue queue = queue("ordered-in.fifo");
        queue.sendInGroups(bodies, body -> "g");

        String mapping = queue.map("ordered", REPORTING);

        awaitDeleted(mapping, 4);
        assertThat(recorder.bodies().stream().distinct()).containsExactly(bodies.get(0), bodies.get(1), bodies.get(3));
        assertThat(recorder.receipts(bodies.get(0))).hasSize(1);
    }
}
