package io.millrace.runtime.environment.inprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.core.invocation.Outcome;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.environment.EnvironmentPool.Rules;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments.AllocationListener;
import io.millrace.runtime.environment.FunctionEnvironments.Capacity;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** From the first initialisation to the last use (lambda-semantics 5.1). */
@DisplayNameGeneration(ReplaceUnderscores.class)
class EnvironmentLifeTest {
    private TryOut tryOut = new TryOut();
    private final AtomicInteger retired = new AtomicInteger();

    @BeforeEach
    void reset() {
        SlowToStart.MADE.set(0);
        SlowToStart.gate = new CountDownLatch(1);
        SlowToStart.slowOnes = 0;
    }

    @AfterEach
    void close() {
        SlowToStart.gate.countDown();
        tryOut.close();
    }

    @Test
    void initialisation_over_its_limit_is_done_again_within_the_invocation() {
        // Given
        limitInitialisationTo(Duration.ofMillis(500));
        SlowToStart.slowOnes = 1;
        FunctionEnvironments function = deploy(Duration.ofSeconds(10));
        // When
        String made = TryOut.text(TryOut.run(function, "{}"));
        // Then
        assertThat(made).isEqualTo("2");
    }

    @Test
    void initialisation_that_is_done_again_counts_against_the_functions_timeout() {
        // Given
        limitInitialisationTo(Duration.ofMillis(500));
        SlowToStart.slowOnes = 2;
        FunctionEnvironments function = deploy(Duration.ofMillis(1500));
        // When
        Outcome outcome = TryOut.run(function, "{}");
        // Then
        assertThat(TryOut.error(outcome).errorMessage()).endsWith("Task timed out after 1.50 seconds");
        assertThat(SlowToStart.MADE).hasValue(2);
    }

    @Test
    void first_initialisation_is_not_counted_against_the_functions_timeout() {
        // Given
        SlowToStart.slowOnes = 1;
        FunctionEnvironments function = deploy(Duration.ofSeconds(1));
        // When
        CompletableFuture<Outcome> outcome = TryOut.start(function, TryOut.event("{}"));
        await().atMost(Duration.ofSeconds(60)).during(Duration.ofMillis(1200)).untilAsserted(() -> assertThat(outcome)
                .isNotDone());
        SlowToStart.gate.countDown();
        // Then
        assertThat(TryOut.text(TryOut.await(outcome))).isEqualTo("1");
    }

    @Test
    void provisioned_environments_are_initialised_before_their_first_invocation() {
        // Given
        FunctionEnvironments function = deploy(Duration.ofSeconds(10));
        Allocation allocation = new Allocation();
        // When
        function.provision(3, allocation);
        // Then
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(allocation.available).endsWith(3));
        assertThat(SlowToStart.MADE).hasValue(3);
        assertThat(function.count()).isEqualTo(3);
        assertThat(TryOut.text(runProvisioned(function))).isIn("1", "2", "3");
        assertThat(SlowToStart.MADE).hasValue(3);
    }

    @Test
    void on_demand_invocation_leaves_provisioned_environments_alone() {
        // Given
        FunctionEnvironments function = deploy(Duration.ofSeconds(10));
        Allocation allocation = new Allocation();
        function.provision(1, allocation);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(allocation.available).endsWith(1));
        // Then
        assertThat(TryOut.text(TryOut.run(function, "{}"))).isEqualTo("2");
    }

    @Test
    void provisioned_environment_that_crashed_is_replaced() {
        // Given
        FunctionEnvironments function = deploy(Duration.ofSeconds(2));
        Allocation allocation = new Allocation();
        function.provision(1, allocation);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(allocation.available).endsWith(1));
        // When
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        function.run(TryOut.event("\"wait\""), Capacity.PROVISIONED, outcome::complete);
        // Then
        assertThat(TryOut.error(TryOut.await(outcome)).errorType()).isEqualTo("Sandbox.Timedout");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(allocation.available).endsWith(0, 1));
        assertThat(TryOut.text(runProvisioned(function))).isEqualTo("2");
    }

    @Test
    void provisioned_environments_that_are_no_longer_wanted_end() {
        // Given
        FunctionEnvironments function = deploy(Duration.ofSeconds(10));
        Allocation allocation = new Allocation();
        function.provision(3, allocation);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(allocation.available).endsWith(3));
        // When
        function.provision(1, allocation);
        // Then
        assertThat(function.count()).isEqualTo(1);
        assertThat(allocation.available).endsWith(1);
    }

    @Test
    void allocation_fails_with_lambdas_reason_when_the_code_cannot_be_initialised() {
        // Given
        FunctionEnvironments function =
                tryOut.environments.deploy(TryOut.definition(NeverMade.class), TryOut.host(), TryOut.NOTHING);
        Allocation allocation = new Allocation();
        // When
        function.provision(2, allocation);
        // Then
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(allocation.failures).contains("FUNCTION_ERROR_INIT_FAILURE"));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(function.count()).isZero());
    }

    @Test
    void environment_is_recycled_when_it_is_too_old() {
        // Given
        tryOut.close();
        tryOut = new TryOut(new Rules(Duration.ofHours(1), Duration.ofMillis(1)), Duration.ofSeconds(10));
        FunctionEnvironments function = deploy(Duration.ofSeconds(10));
        // When
        TryOut.run(function, "{}");
        // Then
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(function.count()).isZero());
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(retired).hasValue(1));
        assertThat(TryOut.text(TryOut.run(function, "{}"))).isEqualTo("2");
    }

    private void limitInitialisationTo(Duration limit) {
        tryOut.close();
        tryOut = new TryOut(Rules.DEFAULT, limit);
    }

    private FunctionEnvironments deploy(Duration timeout) {
        return tryOut.environments.deploy(
                TryOut.definition(SlowToStart.class).withTimeout(timeout), TryOut.host(), retired::incrementAndGet);
    }

    private static Outcome runProvisioned(FunctionEnvironments function) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        function.run(TryOut.event("{}"), Capacity.PROVISIONED, outcome::complete);
        return TryOut.await(outcome);
    }

    private static final class Allocation implements AllocationListener {
        final List<Integer> available = new CopyOnWriteArrayList<>();
        final List<String> failures = new CopyOnWriteArrayList<>();

        @Override
        public void available(int environments) {
            available.add(environments);
        }

        @Override
        public void failed(String reason) {
            failures.add(reason);
        }
    }

    public static final class NeverMade implements FunctionHandler {
        public NeverMade() {
            throw new IllegalStateException("no configuration");
        }

        @Override
        public byte[] handle(byte[] event, FunctionContext context) {
            return event;
        }
    }

    /** Answers the how-manieth of its kind it is. */
    public static final class SlowToStart implements FunctionHandler {
        static final AtomicInteger MADE = new AtomicInteger();
        static volatile CountDownLatch gate = new CountDownLatch(1);
        static volatile int slowOnes;

        private final int number;

        public SlowToStart() throws InterruptedException {
            number = MADE.incrementAndGet();
            if (number <= slowOnes) {
                gate.await();
            }
        }

        @Override
        public byte[] handle(byte[] event, FunctionContext context) throws InterruptedException {
            if (event.length > 2) {
                gate.await();
            }
            return Integer.toString(number).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
