package io.millrace.runtime.environment.inprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.millrace.core.invocation.Outcome;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.environment.EnvironmentPool.Rules;
import io.millrace.runtime.environment.FunctionEnvironments;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EnvironmentReuseTest {
    private TryOut tryOut = new TryOut();

    @BeforeEach
    void reset() {
        Numbered.MADE.set(0);
        Numbered.gate = new CountDownLatch(1);
        Numbered.arrived.set(0);
    }

    @AfterEach
    void close() {
        Numbered.gate.countDown();
        tryOut.close();
    }

    @Test
    void attempts_one_after_the_other_share_a_warm_environment() {
        // Given
        FunctionEnvironments function =
                tryOut.environments.deploy(TryOut.definition(Numbered.class), TryOut.host(), TryOut.NOTHING);
        // When
        List<String> numbers = IntStream.range(0, 20)
                .mapToObj(i -> TryOut.text(TryOut.run(function, "1")))
                .toList();
        // Then
        assertThat(numbers).containsOnly("1");
    }

    @Test
    void attempts_at_the_same_time_run_in_environments_of_their_own() {
        // Given
        FunctionEnvironments function =
                tryOut.environments.deploy(TryOut.definition(Numbered.class), TryOut.host(), TryOut.NOTHING);
        // When
        List<CompletableFuture<Outcome>> together = IntStream.range(0, 100)
                .mapToObj(i -> TryOut.start(function, TryOut.event("wait")))
                .toList();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(Numbered.arrived).hasValue(100));
        Numbered.gate.countDown();
        // Then
        assertThat(together.stream().map(TryOut::await).map(TryOut::text).distinct())
                .hasSize(100);
    }

    @Test
    void environment_that_stays_idle_is_retired() {
        // Given
        tryOut.close();
        tryOut = new TryOut(new Rules(Duration.ofMillis(1), Duration.ofHours(1)), Duration.ofSeconds(10));
        FunctionEnvironments function =
                tryOut.environments.deploy(TryOut.definition(Numbered.class), TryOut.host(), TryOut.NOTHING);
        // When, Then
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(TryOut.text(TryOut.run(function, "1")))
                .isEqualTo("3"));
    }

    @Test
    void object_of_the_embedding_service_serves_all_environments() {
        // Given
        CountDownLatch both = new CountDownLatch(2);
        FunctionHandler shared = (event, context) -> {
            both.countDown();
            both.await();
            return event;
        };
        FunctionEnvironments function = tryOut.deploy(shared);
        // When
        CompletableFuture<Outcome> first = TryOut.start(function, TryOut.event("1"));
        CompletableFuture<Outcome> second = TryOut.start(function, TryOut.event("2"));
        // Then
        assertThat(TryOut.text(TryOut.await(first))).isEqualTo("1");
        assertThat(TryOut.text(TryOut.await(second))).isEqualTo("2");
    }

    @Test
    void handler_never_runs_on_the_callers_thread() {
        // Given
        Thread caller = Thread.currentThread();
        FunctionHandler handler = (event, context) ->
                Boolean.toString(Thread.currentThread() == caller).getBytes(StandardCharsets.UTF_8);
        // Then
        assertThat(tryOut.result(handler, "{}")).isEqualTo("false");
    }

    @Test
    void closing_a_function_lets_its_running_attempt_end_and_takes_no_new_one() {
        // Given
        FunctionEnvironments function =
                tryOut.environments.deploy(TryOut.definition(Numbered.class), TryOut.host(), TryOut.NOTHING);
        CompletableFuture<Outcome> running = TryOut.start(function, TryOut.event("wait"));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(Numbered.arrived).hasValue(1));
        // When
        function.close();
        // Then
        assertThatIllegalStateException()
                .isThrownBy(() -> TryOut.start(function, TryOut.event("1")))
                .withMessage("the environments of function 'orders' are closed");
        Numbered.gate.countDown();
        assertThat(TryOut.text(TryOut.await(running))).isEqualTo("1");
    }

    public static final class Numbered implements FunctionHandler {
        static final AtomicInteger MADE = new AtomicInteger();
        static final AtomicInteger arrived = new AtomicInteger();
        static volatile CountDownLatch gate = new CountDownLatch(1);

        private final int number = MADE.incrementAndGet();

        @Override
        public byte[] handle(byte[] event, FunctionContext context) throws InterruptedException {
            if (event.length > 1) {
                arrived.incrementAndGet();
                gate.await();
            }
            return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
        }
    }
}
