package io.millrace.runtime.environment.inprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments.Capacity;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TimeoutTest {
    private static final FunctionDefinition SHORT = TryOut.definition().withTimeout(Duration.ofMillis(500));

    private final TryOut tryOut = new TryOut();
    private final CountDownLatch forever = new CountDownLatch(1);

    @AfterEach
    void close() {
        forever.countDown();
        tryOut.close();
    }

    @Test
    void attempt_past_its_timeout_ends_with_lambdas_error() {
        // Given
        FunctionDefinition oneSecond = TryOut.definition().withTimeout(Duration.ofSeconds(1));
        // When
        FunctionError error = TryOut.error(tryOut.run(oneSecond, TryOut.instance(waiting()), "{}"));
        // Then
        assertThat(error.errorType()).isEqualTo("Sandbox.Timedout");
        assertThat(TryOut.payload(error))
                .isEqualTo("{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: " + TryOut.REQUEST_ID
                        + " Error: Task timed out after 1.00 seconds\"}");
    }

    @Test
    void handler_is_interrupted_at_its_timeout() throws InterruptedException {
        // Given
        CountDownLatch interrupted = new CountDownLatch(1);
        FunctionHandler handler = (event, context) -> {
            try {
                forever.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return event;
        };
        // When
        tryOut.run(SHORT, TryOut.instance(handler), "{}");
        // Then
        assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(tryOut.environments.abandoned()).isZero());
    }

    @Test
    void handler_that_ignores_its_interrupt_is_counted_and_its_late_result_dropped() {
        // Given
        AtomicBoolean stop = new AtomicBoolean();
        FunctionHandler stubborn = (event, context) -> {
            while (!stop.get()) {
                Thread.onSpinWait();
            }
            return event;
        };
        List<Outcome> outcomes = new CopyOnWriteArrayList<>();
        FunctionEnvironments function = tryOut.environments.deploy(SHORT, TryOut.instance(stubborn), TryOut.NOTHING);
        // When
        function.run(TryOut.event("{}"), Capacity.ON_DEMAND, outcomes::add);
        // Then
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(outcomes).hasSize(1));
        assertThat(tryOut.environments.abandoned()).isEqualTo(1);
        stop.set(true);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(tryOut.environments.abandoned()).isZero());
        assertThat(outcomes).hasSize(1);
    }

    @Test
    void environment_of_a_timed_out_attempt_is_never_used_again() {
        // Given
        Remembering.MADE.set(0);
        FunctionEnvironments function = tryOut.environments.deploy(
                TryOut.definition(Remembering.class).withTimeout(Duration.ofSeconds(2)), TryOut.host(), TryOut.NOTHING);
        // When
        String first = TryOut.text(TryOut.run(function, "1"));
        FunctionError timedOut = TryOut.error(TryOut.run(function, "wait"));
        String afterwards = TryOut.text(TryOut.run(function, "1"));
        // Then
        assertThat(first).isEqualTo("1");
        assertThat(timedOut.errorType()).isEqualTo("Sandbox.Timedout");
        assertThat(afterwards).isEqualTo("2");
    }

    @Test
    void interrupt_does_not_leak_into_the_next_attempt() {
        // Given
        FunctionHandler interruptsItself = (event, context) -> {
            boolean was = Thread.currentThread().isInterrupted();
            Thread.currentThread().interrupt();
            return Boolean.toString(was).getBytes(StandardCharsets.UTF_8);
        };
        FunctionEnvironments function = tryOut.deploy(interruptsItself);
        // When
        List<String> seen = IntStream.range(0, 50)
                .mapToObj(i -> TryOut.text(TryOut.run(function, "{}")))
                .toList();
        // Then
        assertThat(seen).containsOnly("false");
    }

    @Test
    void handlers_that_compute_without_end_do_not_hold_up_others() {
        // Given
        AtomicBoolean stop = new AtomicBoolean();
        FunctionHandler busy = (event, context) -> {
            while (!stop.get()) {
                Thread.onSpinWait();
            }
            return event;
        };
        FunctionEnvironments computing = tryOut.deploy(busy);
        int cores = Runtime.getRuntime().availableProcessors();
        List<CompletableFuture<Outcome>> computations = IntStream.range(0, cores + 1)
                .mapToObj(i -> TryOut.start(computing, TryOut.event("{}")))
                .toList();
        FunctionHandler quick = (event, context) -> event;
        // When
        String result = tryOut.result(quick, "1");
        // Then
        assertThat(result).isEqualTo("1");
        assertThat(computations).noneMatch(CompletableFuture::isDone);
        stop.set(true);
        computations.forEach(TryOut::await);
    }

    @Test
    void closing_the_platform_ends_what_still_runs() {
        // Given
        FunctionEnvironments function = tryOut.deploy(waiting());
        CompletableFuture<Outcome> outcome = TryOut.start(function, TryOut.event("{}"));
        // When
        tryOut.close();
        // Then
        assertThat(TryOut.error(TryOut.await(outcome)).errorType()).isEqualTo("Runtime.ExitError");
    }

    private FunctionHandler waiting() {
        return (event, context) -> {
            forever.await();
            return event;
        };
    }

    public static final class Remembering implements FunctionHandler {
        static final AtomicInteger MADE = new AtomicInteger();

        private final int number = MADE.incrementAndGet();

        @Override
        public byte[] handle(byte[] event, io.millrace.function.FunctionContext context) throws InterruptedException {
            if (event.length > 1) {
                new CountDownLatch(1).await();
            }
            return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
        }
    }
}
