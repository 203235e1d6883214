package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.function.FunctionHandler;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that any client puts into a queue come to the function in batches; counted from outside. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class EventSourceMappingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String REPORTING = ", \"FunctionResponseTypes\": [\"ReportBatchItemFailures\"]";
    private static final AtomicInteger TESTS = new AtomicInteger();

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    private final String function = "orders-" + TESTS.incrementAndGet();
    private final BatchRecorder recorder = new BatchRecorder();
    private MappedQueue queue;

    @BeforeEach
    void deploy() {
        // It may be held: by its test, not by its time.
        millrace.millrace().deploy(function, recorder, definition -> definition.withTimeout(Duration.ofMinutes(10)));
        queue = queue(function + "-in");
    }

    private static MappedQueue queue(String name) {
        return new MappedQueue(
                millrace.broker().amqpPort(), millrace.millrace().httpUrl().orElseThrow(), name);
    }

    private static List<String> bodies(int count) {
        return IntStream.range(0, count).mapToObj(i -> "{\"id\":" + i + "}").toList();
    }

    private void awaitEach(List<String> expected) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(recorder.bodies()).containsExactlyInAnyOrderElementsOf(expected));
    }

    private void awaitState(String uuid, String state) {
        await().atMost(PATIENCE).until(() -> queue.state(uuid).equals(state));
    }

    private void awaitEmpty() {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(queue.waiting(function + "-in")).isEmpty());
    }

    @Test
    void messages_come_in_batches_each_once_and_leave_the_queue() {
        queue.send(bodies(1005));

        queue.map(function, ", \"BatchSize\": 100, \"MaximumBatchingWindowInSeconds\": 3");

        awaitEach(bodies(1005));
        assertThat(recorder.batches).hasSizeBetween(11, 20).allSatisfy(batch -> assertThat(batch)
                .hasSizeLessThanOrEqualTo(100));
        awaitEmpty();
        JsonObject message = recorder.records.get(0);
        assertThat(message.getString("messageId")).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(message.getString("receiptHandle")).isNotEmpty();
        assertThat(message.getString("md5OfBody")).matches("[0-9a-f]{32}");
        assertThat(message.getString("eventSource")).isEqualTo("aws:sqs");
        assertThat(message.getString("eventSourceARN")).isEqualTo(queue.arn());
        assertThat(message.getString("awsRegion")).isEqualTo("us-east-1");
        assertThat(message.getJsonObject("attributes").getMap())
                .containsEntry("ApproximateReceiveCount", "1")
                .containsKeys("SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp");
        assertThat(message.getJsonObject("messageAttributes").getJsonObject("weight"))
                .isEqualTo(new JsonObject("{\"stringValue\":\"7\",\"stringListValues\":[],\"binaryListValues\":[],"
                        + "\"dataType\":\"Number\"}"));
    }

    @Test
    void what_arrives_later_is_taken_without_waiting_for_a_whole_batch() {
        queue.send(bodies(1));
        queue.map(function, "");
        awaitEach(bodies(1));

        queue.send(List.of("late"));

        await().atMost(PATIENCE).until(() -> recorder.bodies().contains("late"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-slow", "-slow.fifo"})
    void more_than_five_batches_run_at_once_where_the_function_takes_its_time(String name) {
        String source = function + name;
        MappedQueue messages = queue(source);
        String slow = function + "-slow";
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(1);
        FunctionHandler takesItsTime = (event, context) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
                boolean unused = over.await(200, TimeUnit.MILLISECONDS);
            } finally {
                running.decrementAndGet();
            }
            return event;
        };
        millrace.millrace().deploy(slow, takesItsTime, definition -> definition.withTimeout(Duration.ofMinutes(10)));
        messages.sendInGroups(bodies(600), body -> body);

        messages.map(slow, ", \"BatchSize\": 1");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(most).hasValueGreaterThan(5));
        over.countDown();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(messages.waiting(source)).isEmpty());
    }

    @Test
    void an_item_that_is_reported_comes_again_alone() {
        recorder.reportedOnce.add("{\"id\":3}");
        queue.send(bodies(10));

        queue.map(function, REPORTING);

        await().atMost(PATIENCE).until(() -> recorder.receipts("{\"id\":3}").size() == 2);
        awaitEmpty();
        assertThat(recorder.receipts("{\"id\":3}")).containsExactly("1", "2");
        assertThat(recorder.bodies()).hasSize(11);
        List<JsonObject> twice = recorder.records.stream()
                .filter(message -> message.getString("body").equals("{\"id\":3}"))
                .toList();
        assertThat(twice.get(0).getString("messageId")).isEqualTo(twice.get(1).getString("messageId"));
        assertThat(twice.get(0).getJsonObject("attributes").getString("ApproximateFirstReceiveTimestamp"))
                .isEqualTo(twice.get(1).getJsonObject("attributes").getString("ApproximateFirstReceiveTimestamp"));
    }

    @Test
    void what_the_function_reports_is_ignored_unless_the_mapping_asks_for_it() {
        recorder.reportedOnce.add("{\"id\":3}");
        queue.send(bodies(10));

        queue.map(function, "");

        awaitEach(bodies(10));
        awaitEmpty();
        assertThat(recorder.bodies()).hasSize(10);
    }

    @Test
    void a_batch_that_fails_as_often_as_the_queue_allows_goes_where_the_queue_says() {
        recorder.throwing = true;
        queue.send(List.of("poison of " + function));

        queue.map(function, "");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(queue.waiting("DLQ")).contains("poison of " + function));
        assertThat(recorder.receipts("poison of " + function))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 10).mapToObj(Integer::toString).toList());
        assertThat(queue.waiting(function + "-in")).isEmpty();
    }

    @Test
    void a_disabled_mapping_leaves_messages_in_the_queue_and_an_enabled_one_takes_them() {
        queue.send(bodies(3));
        String uuid = queue.map(function, "");
        awaitEach(bodies(3));
        awaitState(uuid, "Enabled");

        queue.change(uuid, "{\"Enabled\": false}");
        awaitState(uuid, "Disabled");
        queue.send(List.of("a", "b"));
        assertThat(queue.waiting(function + "-in")).containsExactly("a", "b");
        assertThat(recorder.bodies()).hasSize(3);

        queue.change(uuid, "{\"Enabled\": true, \"BatchSize\": 1}");
        await().atMost(PATIENCE).until(() -> recorder.bodies().size() == 5);
        // Batches of a queue without groups run at the same time: neither is promised to be first.
        assertThat(recorder.batches).contains(List.of("a"), List.of("b"));
    }

    @Test
    void a_deleted_mapping_lets_its_batch_end_and_gives_the_rest_back() {
        recorder.gate = new CountDownLatch(1);
        queue.send(bodies(20));
        String uuid = queue.map(function, ", \"BatchSize\": 1, \"ScalingConfig\": {\"MaximumConcurrency\": 2}");
        await().atMost(PATIENCE).until(() -> recorder.batches.size() == 2);
        awaitState(uuid, "Enabled");

        queue.delete(uuid);
        assertThat(queue.state(uuid)).isEqualTo("Deleting");
        recorder.gate.countDown();

        await().atMost(PATIENCE).until(() -> !queue.exists(uuid));
        assertThat(recorder.bodies()).hasSize(2);
        assertThat(queue.waiting(function + "-in"))
                .containsExactlyInAnyOrderElementsOf(bodies(20).stream()
                        .filter(body -> !recorder.bodies().contains(body))
                        .toList());
    }

    @Test
    void messages_wait_uncounted_for_a_function_that_is_switched_off() {
        queue.send(bodies(3));
        queue.reserve(function, 0);
        queue.map(function, "");

        await().atMost(Duration.ofSeconds(60)).during(Duration.ofSeconds(2)).until(() -> recorder.batches.isEmpty());
        queue.reserve(function, 5);

        awaitEach(bodies(3));
        assertThat(bodies(3))
                .allSatisfy(body -> assertThat(recorder.receipts(body)).containsExactly("1"));
    }

    @Test
    void messages_that_match_no_filter_are_taken_out_and_not_handed_over() {
        queue.send(bodies(10));
        queue.send(List.of("no JSON"));

        queue.map(
                function,
                ", \"FilterCriteria\": {\"Filters\": [{\"Pattern\": \"{\\\"body\\\": {\\\"id\\\": [3, 5]},"
                        + "\\\"messageAttributes\\\": {\\\"kind\\\": {\\\"stringValue\\\": [\\\"order\\\"]}}}\"}]}");

        awaitEach(List.of("{\"id\":3}", "{\"id\":5}"));
        awaitEmpty();
        assertThat(recorder.bodies()).hasSize(2);
    }

    @Test
    void an_event_stays_below_six_megabytes() {
        String large = "x".repeat(1_000_000);
        queue.send(Collections.nCopies(14, large));

        queue.map(function, ", \"BatchSize\": 100, \"MaximumBatchingWindowInSeconds\": 5");

        await().atMost(PATIENCE).until(() -> recorder.bodies().size() == 14);
        awaitEmpty();
        assertThat(recorder.batches).extracting(List::size).contains(6).allMatch(size -> size <= 6);
    }
}
