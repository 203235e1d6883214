package io.millrace.runtime.mapping;

import static io.millrace.runtime.mapping.FeedingFloor.NOON;
import static io.millrace.runtime.mapping.FeedingFloor.PARTITION;
import static io.millrace.runtime.mapping.FeedingFloor.PATIENCE;
import static io.millrace.runtime.mapping.FeedingFloor.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.trace.Spans;
import io.opentelemetry.api.OpenTelemetry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the records of a partition (lambda-semantics 3.6, 3.7). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class StreamPollerTest {
    private final FeedingFloor floor = new FeedingFloor();

    @AfterEach
    void close() {
        floor.close();
        assertThat(floor.log.open()).as("sources left open").isZero();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private List<Integer> handled() {
        return floor.function.batches().stream().flatMap(List::stream).toList();
    }

    /** Fails so often, then succeeds. */
    private void failFirst(int calls, Outcome failure) {
        AtomicInteger left = new AtomicInteger(calls);
        floor.function.script = call -> left.getAndDecrement() > 0 ? failure : ScriptedFunction.succeeded("null");
    }

    @Test
    void records_come_in_order_in_batches_of_the_size_and_are_committed() {
        floor.append(25);
        StreamPoller poller = floor.start(settings(10));
        floor.awaitDone(25);
        assertThat(handled()).isEqualTo(numbers(0, 25));
        assertThat(floor.function.batches()).allMatch(batch -> batch.size() <= 10);
        await().atMost(PATIENCE).until(() -> poller.lastResult().equals(Optional.of("OK")));
    }

    @Test
    void a_batch_is_filled_until_it_has_its_size_or_its_window_is_over() {
        // Given a window that no test waits for
        floor.start(settings(4, Duration.ofHours(1), false, List.of(), StreamSettings.DEFAULTS));
        floor.append(3);
        await().atMost(PATIENCE).until(() -> floor.log.read() == 3);
        assertThat(floor.function.calls).isEmpty();
        // When
        floor.append(1);
        floor.awaitDone(4);
        // Then
        assertThat(floor.function.batches()).containsExactly(numbers(0, 4));
    }

    @Test
    void how_far_the_worst_partition_is_behind_is_counted_until_the_end() {
        StreamPoller poller = floor.start(settings(10));
        floor.log.addPartition("other");
        floor.log.behind(PARTITION, 7);
        floor.log.behind("other", 9);
        await().atMost(PATIENCE).until(() -> floor.counts.snapshot().lag().equals(OptionalLong.of(9)));

        floor.stop(poller, PATIENCE);
        assertThat(floor.counts.snapshot().lag()).isEmpty();
    }

    @Test
    void the_age_of_the_last_batch_is_shown_until_the_mapping_is_not_polled_any_more() {
        floor.append(3);
        StreamPoller poller = floor.start(settings(10));
        floor.awaitDone(3);
        assertThat(floor.counts.snapshot().age()).isPresent();

        floor.stop(poller, PATIENCE);
        assertThat(floor.counts.snapshot().age()).isEmpty();
    }

    @Test
    void a_batch_is_linked_to_the_traces_that_its_records_come_from() {
        // Given
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b";
        floor.traces = new Spans(OpenTelemetry.noop(), 1);
        floor.start(settings(3, Duration.ofHours(1), false, List.of(), StreamSettings.DEFAULTS));
        // When
        floor.log.appendTraced(PARTITION, parent + "1-01");
        floor.append(1);
        floor.log.appendTraced(PARTITION, parent + "2-01");
        floor.awaitDone(3);
        // Then
        assertThat(floor.function.calls.get(0).attributes())
                .isEqualTo(Map.of("millrace_trace_links", parent + "1-01," + parent + "2-01"));

        // And where they say nothing
        floor.append(3);
        await().atMost(PATIENCE).until(() -> floor.function.calls.size() > 1);
        assertThat(floor.function.calls.get(1).attributes()).isEmpty();
    }

    @Test
    void a_window_that_is_over_ends_a_batch() {
        long began = System.nanoTime();
        floor.append(2);
        floor.start(settings(1_000, Duration.ofSeconds(1), false, List.of(), StreamSettings.DEFAULTS));
        floor.awaitDone(2);
        assertThat(floor.function.batches()).containsExactly(numbers(0, 2));
        assertThat(System.nanoTime() - began)
                .isGreaterThanOrEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void a_batch_stays_below_6_MB_and_a_record_that_is_larger_is_given_up() {
        // Given
        String twoMegabytes = "x".repeat(2_000_000);
        for (int i = 0; i < 7; i++) {
            floor.log.append(PARTITION, "k", NOON, i == 3 ? "x".repeat(6_300_000) : twoMegabytes);
        }
        // When
        floor.start(settings(100, FeedingFloor.retries(0)));
        floor.awaitDone(7);
        // Then
        assertThat(handled()).containsExactly(0, 1, 2, 4, 5, 6);
        assertThat(floor.function.calls).allMatch(call -> call.bytes() <= 6 * 1024 * 1024);
        assertThat(floor.givenUp())
                .singleElement()
                .asString()
                .contains("\"condition\":\"RecordSizeExceeded\",\"approximateInvokeCount\":0}")
                .contains("\"startSequenceNumber\":\"3\",\"endSequenceNumber\":\"3\",\"batchSize\":1")
                .doesNotContain("responseContext");
    }

    @Test
    void a_batch_that_fails_is_tried_again_until_it_succeeds_and_holds_up_those_behind() {
        floor.append(4);
        CountDownLatch isSeen = new CountDownLatch(1);
        floor.function.script = call -> {
            if (floor.function.calls.size() <= 3) {
                return ScriptedFunction.failed();
            }
            awaitGate(isSeen);
            return ScriptedFunction.succeeded("null");
        };
        StreamPoller poller = floor.start(settings(2));
        await().atMost(PATIENCE).until(() -> poller.lastResult().equals(Optional.of("PROBLEM: Function call failed")));
        isSeen.countDown();
        floor.awaitDone(4);
        assertThat(floor.function.batches())
                .containsExactly(List.of(0, 1), List.of(0, 1), List.of(0, 1), List.of(0, 1), List.of(2, 3));
        assertThat(floor.log.commits()).containsExactly(1, 3);
        await().atMost(PATIENCE).until(() -> poller.lastResult().equals(Optional.of("OK")));
    }

    @Test
    void after_its_last_retry_a_batch_is_given_up_with_a_record_and_the_next_one_comes() {
        // Given
        floor.append(4);
        failFirst(2, ScriptedFunction.failed());
        // When
        floor.start(settings(3, FeedingFloor.retries(1)));
        floor.awaitDone(4);
        // Then
        assertThat(floor.function.batches()).containsExactly(numbers(0, 3), numbers(0, 3), List.of(3));
        assertThat(floor.counts.snapshot().onFailureDelivered()).isEqualTo(3);
        assertThat(floor.counts.snapshot().dropped()).isZero();
        assertThat(floor.sent.get(0).getAddress()).isEqualTo("given-up");
        assertThat(floor.sent.get(0).isDurable()).isTrue();
        assertThat(floor.givenUp())
                .containsExactly("{\"requestContext\":{\"requestId\":\""
                        + floor.function.calls.get(1).requestId()
                        + "\",\"functionArn\":\"arn:aws:lambda:us-east-1:000000000000:function:orders\","
                        + "\"condition\":\"RetryAttemptsExhausted\",\"approximateInvokeCount\":2},"
                        + "\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"$LATEST\","
                        + "\"functionError\":\"Unhandled\"},\"version\":\"1.0\","
                        + "\"timestamp\":\"2026-11-21T12:00:00.000Z\","
                        + "\"MemoryBatchInfo\":{\"shardId\":\"shard-0\",\"startSequenceNumber\":\"0\","
                        + "\"endSequenceNumber\":\"2\",\"batchSize\":3}}");
    }

    @Test
    void without_a_destination_what_is_given_up_is_skipped() {
        floor.append(2);
        failFirst(1, ScriptedFunction.failed());
        StreamSettings stream =
                new StreamSettings(1, false, Optional.empty(), OptionalInt.of(0), Duration.ZERO, Optional.empty());
        floor.start(settings(1, stream));
        floor.awaitDone(2);
        assertThat(floor.function.batches()).containsExactly(List.of(0), List.of(1));
        assertThat(floor.sent).isEmpty();
    }

    @Test
    void a_record_that_is_too_old_is_given_up_before_its_first_attempt_and_younger_ones_are_not() {
        // Given
        floor.append(2);
        floor.now = NOON.plusSeconds(61);
        floor.append(1);
        // When
        floor.start(settings(10, FeedingFloor.maximumAge(Duration.ofSeconds(60))));
        floor.awaitDone(3);
        // Then
        assertThat(floor.function.batches()).containsExactly(List.of(2));
        String record = floor.givenUp().get(0);
        assertThat(record.replaceFirst("\"requestId\":\"[0-9a-f-]{36}\"", "\"requestId\":\"\""))
                .isEqualTo("{\"requestContext\":{\"requestId\":\"\","
                        + "\"functionArn\":\"arn:aws:lambda:us-east-1:000000000000:function:orders\","
                        + "\"condition\":\"RecordAgeExceeded\",\"approximateInvokeCount\":1},\"version\":\"1.0\","
                        + "\"timestamp\":\"2026-11-21T12:01:01.000Z\","
                        + "\"MemoryBatchInfo\":{\"shardId\":\"shard-0\",\"startSequenceNumber\":\"0\","
                        + "\"endSequenceNumber\":\"1\",\"batchSize\":2}}");
    }

    @Test
    void a_batch_that_grows_too_old_while_it_fails_is_given_up() {
        floor.append(1);
        floor.function.script = call -> {
            floor.now = floor.function.calls.size() == 3 ? NOON.plusSeconds(61) : NOON;
            return ScriptedFunction.failed();
        };
        floor.start(settings(10, FeedingFloor.maximumAge(Duration.ofSeconds(60))));
        floor.awaitDone(1);
        assertThat(floor.givenUp())
                .singleElement()
                .asString()
                .contains("\"condition\":\"RecordAgeExceeded\",\"approximateInvokeCount\":3}")
                .contains("\"functionError\":\"Unhandled\"");
    }

    @Test
    void a_clock_that_jumps_ends_no_batch_early_and_holds_none_up() {
        // Given a batch that is filled for some seconds
        floor.append(1);
        floor.start(settings(10, Duration.ofSeconds(12), false, List.of(), StreamSettings.DEFAULTS));
        await().atMost(PATIENCE).until(() -> floor.log.read() == 1);
        // When
        floor.now = NOON.plus(Duration.ofHours(1));
        int readings = floor.log.readings();
        await().atMost(PATIENCE).until(() -> floor.log.readings() > readings + 1);
        floor.append(1);
        await().atMost(PATIENCE).until(() -> floor.log.read() == 2);
        floor.now = NOON.minus(Duration.ofHours(1));
        // Then
        floor.awaitDone(2);
        assertThat(floor.function.batches()).containsExactly(List.of(0, 1));
    }

    @Test
    void a_clock_that_is_set_back_makes_no_record_too_old_holds_up_no_retry_and_age_counts_once_it_is_right_again() {
        // Given records that are of the future by the clock that was set back
        floor.append(2);
        floor.now = NOON.minus(Duration.ofHours(1));
        failFirst(2, ScriptedFunction.failed());
        // When
        floor.start(settings(1, FeedingFloor.maximumAge(Duration.ofSeconds(60))));
        floor.awaitDone(2);
        // Then
        assertThat(floor.function.batches()).containsExactly(List.of(0), List.of(0), List.of(0), List.of(1));
        assertThat(floor.givenUp()).isEmpty();
        // When
        floor.now = NOON;
        floor.function.script = call -> {
            floor.now = NOON.plusSeconds(61);
            return ScriptedFunction.failed();
        };
        floor.append(1);
        floor.awaitDone(3);
        // Then
        assertThat(floor.givenUp()).singleElement().asString().contains("RecordAgeExceeded");
    }

    @Test
    void throttles_spend_no_attempt() {
        floor.append(1);
        failFirst(3, ScriptedFunction.THROTTLED);
        floor.start(settings(1, FeedingFloor.retries(0)));
        floor.awaitDone(1);
        assertThat(floor.function.calls).hasSize(4);
        assertThat(floor.sent).isEmpty();
    }

    @Test
    void calls_without_an_answer_spend_no_attempt() {
        floor.append(1);
        AtomicInteger left = new AtomicInteger(2);
        floor.function.script = call -> {
            if (left.getAndDecrement() > 0) {
                throw new BrokerUnavailableException("the broker is away");
            }
            return ScriptedFunction.succeeded("null");
        };
        floor.start(settings(1, FeedingFloor.retries(0)));
        floor.awaitDone(1);
        assertThat(floor.function.calls).hasSize(3);
        assertThat(floor.sent).isEmpty();
    }

    @Test
    void a_function_that_does_not_exist_is_waited_for() {
        floor.exists = false;
        floor.append(1);
        floor.start(settings(1, FeedingFloor.retries(0)));
        await().atMost(PATIENCE).until(() -> floor.log.read() == 1);
        assertThat(floor.function.calls).isEmpty();
        floor.exists = true;
        floor.awaitDone(1);
        assertThat(floor.sent).isEmpty();
    }

    @Test
    void records_grow_too_old_while_the_function_does_not_exist() {
        // Given
        floor.exists = false;
        floor.append(2);
        floor.start(settings(1, FeedingFloor.maximumAge(Duration.ofSeconds(60))));
        await().atMost(PATIENCE).until(() -> floor.log.read() == 2);
        // When
        floor.now = NOON.plusSeconds(61);
        // Then
        floor.awaitDone(2);
        assertThat(floor.givenUp()).hasSize(2).allSatisfy(record -> assertThat(record)
                .contains("\"condition\":\"RecordAgeExceeded\"", "\"batchSize\":1"));
        // When
        floor.exists = true;
        floor.append(1);
        // Then
        floor.awaitDone(3);
        assertThat(floor.function.batches()).containsExactly(List.of(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"batchItemFailures\":[]}", "{\"batchItemFailures\":null}", "{}", "null", "[]", "\"\"", ""})
    void an_answer_without_failures_is_a_success(String answer) {
        floor.append(3);
        floor.function.script = call -> ScriptedFunction.succeeded(answer);
        floor.start(FeedingFloor.reporting(10, FeedingFloor.retries(0)));
        floor.awaitDone(3);
        assertThat(handled()).isEqualTo(numbers(0, 3));
        assertThat(floor.sent).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":null}]}",
                "{\"batchItemFailures\":[{}]}",
                "{\"batchItemFailures\":[{\"foo\":\"1\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":1}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"99\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"1\"},{\"itemIdentifier\":\"99\"}]}",
                "{\"batchItemFailures\":[",
                "no JSON"
            })
    void an_answer_that_cannot_be_followed_fails_the_whole_batch_and_is_no_error_of_the_function(String answer) {
        floor.append(2);
        floor.function.script = call -> ScriptedFunction.succeeded(answer);
        floor.start(FeedingFloor.reporting(10, FeedingFloor.retries(0)));
        floor.awaitDone(2);
        assertThat(floor.givenUp())
                .singleElement()
                .asString()
                .contains("\"approximateInvokeCount\":1}")
                .contains("\"functionError\":null")
                .contains("\"batchSize\":2");
    }

    @Test
    void a_batch_goes_on_with_the_first_record_that_is_reported_and_that_counts_as_an_attempt() {
        // Given
        floor.append(10);
        floor.function.script = call -> ScriptedFunction.succeeded(
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"7\"},{\"itemIdentifier\":\"4\"}]}");
        // When
        floor.start(FeedingFloor.reporting(10, FeedingFloor.retries(2)));
        await().atMost(PATIENCE).until(() -> floor.log.done(PARTITION) == 10);
        // Then
        assertThat(floor.function.batches()).containsExactly(numbers(0, 10), numbers(4, 10), numbers(4, 10));
        assertThat(floor.log.commits()).containsExactly(3, 9);
        assertThat(floor.givenUp())
                .singleElement()
                .asString()
                .contains("\"approximateInvokeCount\":3}")
                .contains("\"functionError\":null")
                .contains("\"startSequenceNumber\":\"4\",\"endSequenceNumber\":\"9\",\"batchSize\":6");
    }

    @Test
    void answers_are_not_looked_at_unless_the_mapping_says_so() {
        floor.append(2);
        floor.function.script =
                call -> ScriptedFunction.succeeded("{\"batchItemFailures\":[{\"itemIdentifier\":\"0\"}]}");
        floor.start(settings(10));
        floor.awaitDone(2);
        assertThat(handled()).containsExactly(0, 1);
    }

    @Test
    void splitting_isolates_one_poison_among_a_thousand_and_gives_up_that_alone() {
        // Given
        floor.append(1_000);
        Set<Integer> succeeded = ConcurrentHashMap.newKeySet();
        floor.function.script = call -> {
            if (call.records().contains(617)) {
                return ScriptedFunction.failed();
            }
            succeeded.addAll(call.records());
            return ScriptedFunction.succeeded("null");
        };
        // When
        floor.start(settings(1_000, FeedingFloor.bisecting(2)));
        await().atMost(PATIENCE).until(() -> floor.log.done(PARTITION) == 1_000);
        // Then
        List<Integer> expected = new ArrayList<>(numbers(0, 1_000));
        expected.remove(617);
        assertThat(succeeded).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(floor.givenUp())
                .singleElement()
                .asString()
                .contains("\"approximateInvokeCount\":3}")
                .contains("\"startSequenceNumber\":\"617\",\"endSequenceNumber\":\"617\",\"batchSize\":1");
        assertThat(floor.function.calls).hasSizeLessThan(30);
    }

    @Test
    void a_batch_is_split_where_the_function_says_and_that_spends_no_retry() {
        floor.append(8);
        floor.function.script = call -> call.records().contains(5)
                ? ScriptedFunction.succeeded("{\"batchItemFailures\":[{\"itemIdentifier\":\"5\"}]}")
                : ScriptedFunction.succeeded("{}");
        floor.start(FeedingFloor.reporting(8, FeedingFloor.bisecting(0)));
        await().atMost(PATIENCE).until(() -> floor.log.done(PARTITION) == 8);
        assertThat(floor.function.batches())
                .containsExactly(numbers(0, 8), List.of(5, 6, 7), List.of(5), List.of(6, 7));
        assertThat(floor.givenUp()).singleElement().asString().contains("\"startSequenceNumber\":\"5\"");
    }

    @Test
    void records_of_one_key_keep_their_order_while_ten_batches_run_and_some_fail() {
        // Given
        int keys = 30;
        for (int i = 0; i < 1_200; i++) {
            floor.log.append(PARTITION, "key-" + i % keys, NOON);
        }
        Random random = new Random(4711);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch two = new CountDownLatch(2);
        Map<String, List<Integer>> done = new ConcurrentHashMap<>();
        Set<String> busy = ConcurrentHashMap.newKeySet();
        List<String> together = new CopyOnWriteArrayList<>();
        floor.function.script = call -> {
            Set<String> own = Set.copyOf(call.keys());
            own.stream().filter(key -> !busy.add(key)).forEach(together::add);
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            two.countDown();
            awaitGate(two);
            boolean fails;
            synchronized (random) {
                fails = random.nextInt(4) == 0;
            }
            if (!fails) {
                for (int i = 0; i < call.records().size(); i++) {
                    done.computeIfAbsent(call.keys().get(i), key -> Collections.synchronizedList(new ArrayList<>()))
                            .add(call.records().get(i));
                }
            }
            running.decrementAndGet();
            busy.removeAll(own);
            return fails ? ScriptedFunction.failed() : ScriptedFunction.succeeded("null");
        };
        // When
        floor.start(settings(20, FeedingFloor.parallel(10)));
        await().atMost(PATIENCE).until(() -> floor.log.done(PARTITION) == 1_200);
        // Then
        Map<String, List<Integer>> expected = new HashMap<>();
        numbers(0, 1_200).forEach(n -> expected.computeIfAbsent("key-" + n % keys, key -> new ArrayList<>())
                .add(n));
        assertThat(done).isEqualTo(expected);
        assertThat(together).as("keys in two batches at the same time").isEmpty();
        assertThat(most).hasValueGreaterThan(1);
        assertThat(floor.log.commits()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void what_ran_when_the_patience_was_over_is_read_again_and_nothing_is_lost() throws InterruptedException {
        // Given a batch that does not end
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        floor.append(6);
        floor.function.script = call -> {
            if (call.records().contains(2)) {
                entered.countDown();
                awaitGate(gate);
            }
            return ScriptedFunction.succeeded("null");
        };
        StreamPoller poller = floor.start(settings(2));
        entered.await();
        // When
        floor.stop(poller, Duration.ofMillis(1));
        gate.countDown();
        assertThat(floor.log.done(PARTITION)).isEqualTo(2);
        floor.start(settings(2));
        floor.awaitDone(6);
        // Then
        assertThat(floor.function.batches())
                .containsExactly(List.of(0, 1), List.of(2, 3), List.of(2, 3), List.of(4, 5));
        assertThat(floor.log.commits()).isSorted();
    }

    @Test
    void a_stop_waits_for_what_runs_and_starts_nothing_more() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        floor.append(6);
        floor.function.script = call -> {
            entered.countDown();
            awaitGate(gate);
            return ScriptedFunction.succeeded("null");
        };
        StreamPoller poller = floor.start(settings(2));
        entered.await();
        Future<Void> stopped = poller.stop(PATIENCE);
        gate.countDown();
        floor.stop(poller, PATIENCE);
        await().atMost(PATIENCE).until(stopped::isComplete); // Which of the two is told first is not promised.
        assertThat(floor.function.batches()).containsExactly(List.of(0, 1));
        assertThat(floor.log.commits()).containsExactly(1);
    }

    private static void awaitGate(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void what_no_filter_wants_is_committed_and_no_function_is_called() {
        floor.append(50);
        floor.start(settings(10, Duration.ZERO, false, List.of("{\"key\":[\"other\"]}"), StreamSettings.DEFAULTS));
        floor.awaitDone(50);
        assertThat(floor.function.calls).isEmpty();
    }

    @Test
    void what_a_filter_wants_comes_alone_and_the_others_are_committed_with_it() {
        for (int i = 0; i < 10; i++) {
            floor.log.append(PARTITION, i % 2 == 0 ? "even" : "odd", NOON);
        }
        floor.start(settings(100, Duration.ZERO, false, List.of("{\"key\":[\"odd\"]}"), StreamSettings.DEFAULTS));
        floor.awaitDone(10);
        assertThat(handled()).containsExactly(1, 3, 5, 7, 9);
    }

    @Test
    void what_became_of_records_is_counted() {
        // Given four records of which the function is to have two, and fails with one for good and with the other once
        for (int i = 0; i < 4; i++) {
            floor.log.append(PARTITION, i % 2 == 0 ? "even" : "odd", NOON.minusSeconds(7));
        }
        failFirst(3, ScriptedFunction.failed());
        StreamSettings oneRetry =
                new StreamSettings(1, false, Optional.empty(), OptionalInt.of(1), Duration.ZERO, Optional.empty());
        // When
        floor.start(settings(1, Duration.ZERO, false, List.of("{\"key\":[\"odd\"]}"), oneRetry));
        floor.awaitDone(4);
        // Then
        assertThat(floor.function.batches()).containsExactly(List.of(1), List.of(1), List.of(3), List.of(3));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(floor.counts.snapshot())
                .isEqualTo(new MappingCounts.Snapshot(
                        4, 2, 4, 3, 1, 0, 1, Optional.of(Duration.ofSeconds(7)), OptionalLong.empty())));
    }

    @Test
    void a_source_that_is_away_is_waited_for_and_the_mapping_says_so() {
        // Given
        floor.log.away(true);
        floor.append(2);
        StreamPoller poller = floor.start(settings(10));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(poller.lastResult()).contains("PROBLEM: the log is away"));
        // When
        floor.log.away(false);
        floor.awaitDone(2);
        // Then it may go and come back while it is open, too
        await().atMost(PATIENCE).until(() -> poller.lastResult().equals(Optional.of("OK")));
        floor.log.away(true);
        floor.append(2);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(poller.lastResult()).contains("PROBLEM: the log is away"));
        floor.log.away(false);
        floor.awaitDone(4);
        assertThat(handled()).isEqualTo(numbers(0, 4));
    }

    @Test
    void a_source_with_a_mistake_is_away_for_its_own_mapping_only() {
        // Given
        MemoryLog other = new MemoryLog();
        other.addPartition(PARTITION);
        other.broken(true);
        StreamPoller poller = floor.start(
                settings(10, Duration.ZERO, false, List.of("{\"key\":[\"k\"]}"), StreamSettings.DEFAULTS), other);
        floor.start(settings(10));
        floor.append(3);
        floor.awaitDone(3);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(poller.lastResult().orElse(""))
                        .startsWith("PROBLEM: the source failed to ")
                        .contains("a mistake in the source"));
        // When
        other.broken(false);
        other.append(PARTITION, "k", NOON);
        // Then
        await().atMost(PATIENCE).until(() -> other.done(PARTITION) == 1);
    }

    @Test
    void a_partition_that_another_reads_is_left_to_it() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        floor.append(4);
        floor.function.script = call -> {
            entered.countDown();
            awaitGate(gate);
            return ScriptedFunction.succeeded("null");
        };
        StreamPoller poller = floor.start(settings(2));
        entered.await();
        floor.log.lose(PARTITION);
        gate.countDown();
        floor.stop(poller, PATIENCE);
        assertThat(floor.function.batches()).containsExactly(List.of(0, 1));
        assertThat(floor.log.commits()).isEmpty();
    }

    @Test
    void partitions_that_come_later_are_read_too_and_do_not_wait_for_each_other() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        floor.append(1);
        floor.function.script = call -> {
            if (call.keys().contains("k")) {
                entered.countDown();
                awaitGate(gate);
            }
            return ScriptedFunction.succeeded("null");
        };
        floor.start(settings(2));
        entered.await();
        floor.log.append("shard-1", "other", NOON);
        await().atMost(PATIENCE).until(() -> floor.log.done("shard-1") == 1);
        assertThat(floor.log.done(PARTITION)).isZero();
        gate.countDown();
        floor.awaitDone(1);
    }

    @Test
    void nothing_is_committed_before_the_destination_has_the_record() {
        // Given
        floor.append(1);
        AtomicInteger tries = new AtomicInteger();
        floor.broker = accepted -> tries.incrementAndGet() <= 2
                ? Future.failedFuture(new BrokerUnavailableException("the broker is away"))
                : accepted;
        List<Integer> committedAtTry = new CopyOnWriteArrayList<>();
        floor.function.script = call -> ScriptedFunction.failed();
        // When
        floor.start(settings(1, FeedingFloor.retries(0)));
        await().atMost(PATIENCE).until(() -> {
            committedAtTry.add(floor.sent.isEmpty() ? floor.log.done(PARTITION) : 0);
            return !floor.sent.isEmpty();
        });
        floor.awaitDone(1);
        // Then
        assertThat(committedAtTry).containsOnly(0);
        assertThat(tries).hasValue(3);
        assertThat(floor.function.calls).hasSize(1);
    }

    @Test
    void a_destination_that_refuses_the_record_holds_up_nobody() {
        floor.append(2);
        floor.broker = accepted -> Future.failedFuture(new BrokerRefusedException("no such queue"));
        failFirst(1, ScriptedFunction.failed());
        floor.start(settings(1, FeedingFloor.retries(0)));
        floor.awaitDone(2);
        assertThat(handled()).containsExactly(0, 1);
    }
}
