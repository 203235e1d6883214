package io.millrace.runtime.mapping;

import static io.millrace.runtime.mapping.FeedingFloor.NOON;
import static io.millrace.runtime.mapping.FeedingFloor.PATIENCE;
import static io.millrace.runtime.mapping.HandedQueue.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.eventsource.SourceDescription;
import io.millrace.idempotency.Claim;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What idempotency keys do to messages of a queue that is not the broker's own. */
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
}
