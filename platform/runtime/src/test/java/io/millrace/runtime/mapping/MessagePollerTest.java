package io.millrace.runtime.mapping;

import static io.millrace.runtime.mapping.FeedingFloor.NOON;
import static io.millrace.runtime.mapping.FeedingFloor.PATIENCE;
import static io.millrace.runtime.mapping.HandedQueue.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Lineage;
import io.millrace.core.invocation.Outcome;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceMessage;
import io.millrace.idempotency.Claim;
import io.millrace.runtime.dispatch.RecursiveCallException;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What idempotency keys and chains of calls do to messages of a queue that is not the broker's own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class MessagePollerTest {
    private final Vertx vertx = Vertx.vertx();
    private final SuppliedKeys keys = new SuppliedKeys();
    private final ScriptedFunction function = new ScriptedFunction(vertx);

    @BeforeEach
    void point() {
        keys.variables.put("MILLRACE_IDEMPOTENCY_ITEM_KEY", "/key");
    }

    @AfterEach
    void close() {
        keys.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private MessagePoller start(HandedQueue queue) {
        SourceDescription source = SourceDescription.ofArn("arn:aws:memory:us-east-1:000000000000:queue");
        MappingSettings oneAtATime = new MappingSettings(
                FeedingFloor.FUNCTION, 10, Duration.ZERO, OptionalInt.of(1), false, List.of(), StreamSettings.DEFAULTS);
        MessagePoller poller = new MessagePoller(
                new EventSourceMapping(
                        "11111111-1111-4111-8111-111111111111", source, oneAtATime, true, MappingState.ENABLED, NOON),
                new MappingCounts(),
                () -> new GuardedQueue(queue),
                vertx,
                function,
                Traces.OFF,
                keys.of(vertx),
                () -> true);
        poller.start();
        return poller;
    }

    private static void stop(MessagePoller poller) throws Exception {
        poller.stop(PATIENCE).toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void in_order_what_waits_for_a_message_that_failed_goes_back_and_does_not_run_before_it() throws Exception {
        function.script = call -> ScriptedFunction.failed();
        HandedQueue queue = new HandedQueue(true);
        queue.offer(message(1, "a"), message(2, "a"), message(3, "b"));
        MessagePoller poller = start(queue);
        await().atMost(PATIENCE).until(() -> queue.givenBack.size() == 2);
        stop(poller);
        assertThat(queue.givenBack).containsExactly("2", "3");
        assertThat(function.batches()).containsExactly(List.of(1));
    }

    @Test
    void a_message_that_waits_for_its_key_lets_others_run_and_runs_when_it_is_free() throws Exception {
        Claim other = keys.claim("a").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        HandedQueue queue = new HandedQueue(false);
        queue.offer(message(1, "a"));
        MessagePoller poller = start(queue);
        await().atMost(PATIENCE).until(queue::isEmpty);
        queue.offer(message(2, "b"));
        await().atMost(PATIENCE).until(() -> queue.deleted.contains("2"));
        keys.free(other);
        await().atMost(PATIENCE).until(() -> queue.deleted.contains("1"));
        stop(poller);
        assertThat(function.batches()).containsExactly(List.of(2), List.of(1));
        assertThat(queue.givenBack).isEmpty();
    }

    @Test
    void a_stop_gives_back_what_waits_for_its_key() throws Exception {
        keys.claim("a").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        HandedQueue queue = new HandedQueue(false);
        queue.offer(message(1, "a"));
        queue.offer(message(2, "b"));
        MessagePoller poller = start(queue);
        await().atMost(PATIENCE).until(() -> queue.deleted.contains("2"));
        stop(poller);
        assertThat(queue.givenBack).containsExactly("1");
    }

    private static SourceMessage called(int number, int runs) {
        String lineage = Lineage.key(FeedingFloor.FUNCTION.toString()) + ":" + runs;
        return message(
                number,
                Integer.toString(number),
                Optional.of("Root=1-00000001-000000000000000000000001;Lineage=" + lineage));
    }

    /** As the function's worker does. */
    private static Outcome run(ScriptedFunction.Call call) {
        String trace = call.attributes().getOrDefault(Invocation.TRACE, "");
        if (Lineage.runs(trace, Lineage.key(FeedingFloor.FUNCTION.toString())) >= Lineage.MOST_RUNS) {
            throw new RecursiveCallException();
        }
        return ScriptedFunction.succeeded("null");
    }

    @Test
    void a_message_whose_chain_is_too_long_is_left_to_the_queue_and_the_others_of_its_batch_run_uncounted()
            throws Exception {
        function.script = MessagePollerTest::run;
        HandedQueue queue = new HandedQueue(false);
        queue.offer(called(1, 1), called(2, Lineage.MOST_RUNS), called(3, 1));
        queue.offer(called(4, Lineage.MOST_RUNS));
        queue.offer(called(5, 1));
        MessagePoller poller = start(queue);
        await().atMost(PATIENCE).until(() -> queue.deleted.size() == 3);
        stop(poller);
        assertThat(function.batches()).containsSubsequence(List.of(1, 2, 3), List.of(1, 3));
        assertThat(queue.deleted).containsExactlyInAnyOrder("1", "3", "5");
        assertThat(queue.givenBack).isEmpty();
    }

    @Test
    void in_order_what_is_before_a_chain_that_is_too_long_runs_and_what_is_behind_it_goes_back() throws Exception {
        function.script = MessagePollerTest::run;
        HandedQueue queue = new HandedQueue(true);
        queue.offer(called(1, 1), called(2, Lineage.MOST_RUNS), called(3, 1));
        MessagePoller poller = start(queue);
        await().atMost(PATIENCE).until(() -> queue.deleted.contains("1"));
        stop(poller);
        assertThat(function.batches()).containsExactly(List.of(1, 2, 3), List.of(1));
        assertThat(queue.deleted).containsExactly("1");
        assertThat(queue.givenBack).containsExactly("3");
    }
}
