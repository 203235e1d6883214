package io.millrace.runtime.mapping;

import static io.millrace.runtime.mapping.FeedingFloor.NOON;
import static io.millrace.runtime.mapping.FeedingFloor.PARTITION;
import static io.millrace.runtime.mapping.FeedingFloor.PATIENCE;
import static io.millrace.runtime.mapping.FeedingFloor.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.NotSentException;
import io.millrace.core.invocation.Outcome;
import io.millrace.idempotency.Claim;
import io.millrace.runtime.dispatch.UnknownFunctionException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What idempotency keys do to the records of a partition. Queues are in BatchKeysIT. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class RecordKeysTest {
    private final FeedingFloor floor = new FeedingFloor();

    @BeforeEach
    void point() {
        floor.keys.variables.put("MILLRACE_IDEMPOTENCY_ITEM_KEY", "/key");
    }

    @AfterEach
    void close() {
        floor.close();
    }

    private void append(String... keys) {
        List.of(keys).forEach(key -> floor.log.append(PARTITION, key, NOON));
    }

    private Claim claim(String key) throws Exception {
        return floor.keys.claim(key).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static Outcome error(String type) {
        return new Outcome.FunctionError(type, "told to fail", "", "{}".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void duplicates_are_left_out_of_a_batch_and_committed_and_a_batch_of_nothing_else_does_not_run() {
        append("a", "b", "a", "c");
        floor.start(settings(10));
        floor.awaitDone(4);
        append("b", "c");
        floor.awaitDone(6);
        assertThat(floor.function.batches()).containsExactly(List.of(0, 1, 3));
    }

    @Test
    void a_batch_ends_before_a_record_whose_key_is_in_use_and_goes_on_there_when_it_is_free() throws Exception {
        Claim other = claim("b");
        append("a", "b", "c");
        floor.start(settings(10, FeedingFloor.retries(0)));
        floor.awaitDone(1);
        floor.keys.free(other);
        floor.awaitDone(3);
        assertThat(floor.function.batches()).containsExactly(List.of(0), List.of(1, 2));
        assertThat(floor.givenUp()).isEmpty();
    }

    @Test
    void keys_of_records_before_the_first_failure_are_completed_and_the_others_free() {
        floor.function.script = call -> floor.function.calls.size() == 1
                ? ScriptedFunction.succeeded("{\"batchItemFailures\":[{\"itemIdentifier\":\"1\"}]}")
                : ScriptedFunction.succeeded("null");
        append("a", "b", "c");
        floor.start(FeedingFloor.reporting(10, StreamSettings.DEFAULTS));
        floor.awaitDone(3);
        append("c", "b", "a");
        floor.awaitDone(6);
        assertThat(floor.function.batches()).containsExactly(List.of(0, 1, 2), List.of(1, 2));
    }

    @Test
    void an_error_frees_the_keys_and_a_timeout_does_not_as_the_handler_may_still_be_at_it() throws Exception {
        floor.function.script = call -> error(call.keys().contains("late") ? "Sandbox.Timedout" : "Error");
        append("wrong");
        append("late");
        floor.start(settings(1, FeedingFloor.retries(0)));
        floor.awaitDone(2);
        assertThat(claim("wrong")).isInstanceOf(Claim.Won.class);
        assertThat(claim("late")).isInstanceOf(Claim.InProgress.class);
    }

    @Test
    void without_an_answer_nobody_knows_whether_the_batch_ran_and_its_keys_stay_in_use() throws Exception {
        floor.function.script = call -> {
            throw new IllegalStateException("the answer is lost");
        };
        append("a");
        floor.start(settings(1));
        await().atMost(PATIENCE).until(() -> floor.counts.snapshot().failedInvoke() >= 1);
        assertThat(claim("a")).isInstanceOf(Claim.InProgress.class);
        assertThat(floor.function.calls).hasSize(1);
    }

    @Test
    void a_call_that_never_left_frees_its_keys_at_once() {
        floor.function.script = call -> {
            if (floor.function.calls.size() == 1) {
                throw new NotSentException("the broker is away");
            }
            if (floor.function.calls.size() == 2) {
                throw new UnknownFunctionException(FeedingFloor.FUNCTION.function());
            }
            return ScriptedFunction.succeeded("null");
        };
        append("a");
        floor.start(settings(1));
        floor.awaitDone(1);
        assertThat(floor.function.calls).hasSize(3);
    }

    @Test
    void records_that_were_done_before_are_not_given_up_with_those_behind_them() {
        append("a");
        floor.start(settings(10, FeedingFloor.retries(0)));
        floor.awaitDone(1);
        floor.function.script = call -> ScriptedFunction.failed();
        append("a", "b");
        floor.awaitDone(3);
        assertThat(floor.function.batches()).containsExactly(List.of(0), List.of(2));
        assertThat(floor.givenUp()).singleElement().asString().contains("\"batchSize\":1");
        assertThat(floor.counts.snapshot().done()).isEqualTo(2);
    }

    @Test
    void while_the_store_is_away_a_batch_waits_and_spends_no_attempt() {
        floor.keys.away = true;
        append("a");
        floor.start(settings(1, FeedingFloor.retries(0)));
        await().atMost(PATIENCE).until(() -> floor.counts.snapshot().failedInvoke() >= 2);
        assertThat(floor.function.calls).isEmpty();
        floor.keys.away = false;
        floor.awaitDone(1);
        assertThat(floor.function.calls).hasSize(1);
        assertThat(floor.givenUp()).isEmpty();
    }

    @Test
    void the_keys_of_a_batch_are_asked_for_together() {
        IntStream.range(0, 100).forEach(i -> append("key " + i));
        floor.start(settings(100));
        floor.awaitDone(100);
        synchronized (floor.keys.trips) {
            assertThat(floor.keys.trips).containsExactly(100);
        }
    }

    @Test
    void a_window_gets_all_of_its_records_as_it_may_be_begun_anew() {
        floor.function.script = call -> ScriptedFunction.succeeded("{\"state\":{}}");
        append("a", "a");
        floor.start(settings(10, FeedingFloor.tumbling(Duration.ofMinutes(1))));
        await().atMost(PATIENCE).until(() -> !floor.function.calls.isEmpty());
        assertThat(floor.function.batches().get(0)).containsExactly(0, 1);
    }
}
