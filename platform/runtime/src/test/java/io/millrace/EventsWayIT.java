package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class EventsWayIT {
    private static final FunctionHandler ECHO = (event, context) -> event;
    private static final Duration LONGER_THAN_THE_TEST = Duration.ofMinutes(10);

    @TempDir
    Path data;

    private Millrace millrace;

    @BeforeEach
    void start() {
        millrace = Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .set("async.retryDelay", "PT0.1S")
                .set("async.retryDelayMultiplier", "1")
                .set("shutdown.drainTimeout", "PT5S")
                .start();
    }

    @AfterEach
    void stop() {
        millrace.close();
    }

    private FunctionAccount account(String function) {
        return Objects.requireNonNull(millrace.stats().join().get(function), function);
    }

    @Test
    void an_event_runs_and_is_counted() {
        millrace.deploy("echo", ECHO);

        millrace.publish("echo", "{\"n\":1}").join();

        await().atMost(Duration.ofSeconds(60)).until(() -> account("echo").succeeded() == 1);
        assertThat(account("echo")).isEqualTo(new FunctionAccount(1, 0, 0, 0, 1, 0, 0));
    }

    @Test
    void ten_thousand_events_all_succeed_and_the_equation_balances() {
        millrace.deploy("echo", ECHO);

        List<CompletableFuture<String>> accepted = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            accepted.add(millrace.publish("echo", "{\"n\":" + i + "}"));
        }
        accepted.forEach(CompletableFuture::join);

        await().atMost(Duration.ofSeconds(60)).until(() -> account("echo").succeeded() == 10_000);
        assertThat(account("echo")).isEqualTo(new FunctionAccount(10_000, 0, 0, 0, 10_000, 0, 0));
    }

    @Test
    void the_equation_holds_at_every_instant_while_events_flow() {
        millrace.deploy("echo", ECHO);
        CompletableFuture<?>[] accepted = new CompletableFuture<?>[5_000];

        for (int i = 0; i < accepted.length; i++) {
            accepted[i] = millrace.publish("echo", "{}");
            if (i % 500 == 0) {
                assertThat(account("echo").accepted()).isLessThanOrEqualTo(i + 1);
            }
        }
        CompletableFuture.allOf(accepted).join();

        for (int look = 0; account("echo").succeeded() < accepted.length; look++) {
            assertThat(account("echo").accepted()).as("look %d", look).isEqualTo(accepted.length);
        }
    }

    @Test
    void a_failing_event_is_tried_three_times_with_one_id_and_becomes_a_dead_letter() {
        Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
        FunctionHandler failing = (event, context) -> {
            attempts.computeIfAbsent(context.requestId(), id -> new AtomicInteger())
                    .incrementAndGet();
            throw new IllegalStateException("no");
        };
        millrace.deploy("failing", failing);

        String id = millrace.publish("failing", "{}").join();

        await().atMost(Duration.ofSeconds(60)).until(() -> account("failing").deadLettered() == 1);
        assertThat(attempts).containsOnlyKeys(id);
        assertThat(attempts.get(id)).hasValue(3);
        assertThat(account("failing")).isEqualTo(new FunctionAccount(1, 0, 0, 0, 0, 1, 0));
    }

    @Test
    void a_call_answers_with_the_result_or_the_error() {
        millrace.deploy("echo", ECHO);
        millrace.deploy("failing", (FunctionHandler) (event, context) -> {
            throw new IllegalStateException("no");
        });

        InvokeResult echoed = millrace.invoke("echo", "{\"n\":1}").join();
        InvokeResult failed = millrace.invoke("failing", "{}").join();

        assertThat(echoed.text()).isEqualTo("{\"n\":1}");
        assertThat(echoed.isSuccess()).isTrue();
        assertThat(failed.statusCode()).isEqualTo(200);
        assertThat(failed.functionError()).contains("Unhandled");
        assertThat(failed.text()).contains("\"errorType\":\"java.lang.IllegalStateException\"");
    }

    @Test
    void a_call_beyond_the_reservation_is_throttled_and_never_runs() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        millrace.deploy(
                "single",
                (FunctionHandler) (event, context) -> {
                    runs.incrementAndGet();
                    started.countDown();
                    release.await();
                    return event;
                },
                definition ->
                        definition.withReservedConcurrency(OptionalInt.of(1)).withTimeout(LONGER_THAN_THE_TEST));
        CompletableFuture<InvokeResult> first = millrace.invoke("single", "1");
        assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();

        InvokeResult second = millrace.invoke("single", "2").join();
        release.countDown();

        assertThat(second.statusCode()).isEqualTo(429);
        assertThat(second.throttleReason().orElseThrow().wireName())
                .isEqualTo("ReservedFunctionConcurrentInvocationLimitExceeded");
        assertThat(first.join().text()).isEqualTo("1");
        assertThat(runs).hasValue(1);
    }

    @Test
    void a_handler_that_outlives_its_timeout_is_a_timeout() {
        millrace.deploy(
                "slow",
                (FunctionHandler) (event, context) -> {
                    new CountDownLatch(1).await();
                    return event;
                },
                definition -> definition.withTimeout(Duration.ofMillis(100)));

        InvokeResult result = millrace.invoke("slow", "{}").join();

        assertThat(result.functionError()).contains("Unhandled");
        assertThat(result.text()).contains("Sandbox.Timedout").contains("Task timed out after 0.10 seconds");
    }

    @Test
    void events_beyond_the_reservation_wait_in_their_queue_and_starve_nobody() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        millrace.deploy(
                "slow",
                (FunctionHandler) (event, context) -> {
                    release.await();
                    return event;
                },
                definition ->
                        definition.withReservedConcurrency(OptionalInt.of(2)).withTimeout(LONGER_THAN_THE_TEST));
        millrace.deploy("quick", ECHO);
        for (int i = 0; i < 100; i++) {
            millrace.publish("slow", "{}").join();
        }

        millrace.publish("quick", "{}").join();

        await().atMost(Duration.ofSeconds(60)).until(() -> account("quick").succeeded() == 1);
        await().atMost(Duration.ofSeconds(60)).until(() -> account("slow").running() == 2);
        assertThat(account("slow")).isEqualTo(new FunctionAccount(100, 98, 0, 2, 0, 0, 0));
        release.countDown();
        await().atMost(Duration.ofSeconds(60)).until(() -> account("slow").succeeded() == 100);
    }

    @Test
    void a_function_that_is_off_gives_its_events_up_at_once() {
        AtomicInteger runs = new AtomicInteger();
        millrace.deploy(
                "off",
                (FunctionHandler) (event, context) -> {
                    runs.incrementAndGet();
                    return event;
                },
                definition -> definition.withReservedConcurrency(OptionalInt.of(0)));

        millrace.publish("off", "{}").join();

        await().atMost(Duration.ofSeconds(60)).until(() -> account("off").deadLettered() == 1);
        assertThat(runs).hasValue(0);
    }

    @Test
    void an_event_that_would_be_retried_too_late_is_given_up_without_waiting() {
        AtomicInteger runs = new AtomicInteger();
        millrace.deploy(
                "aging",
                (FunctionHandler) (event, context) -> {
                    runs.incrementAndGet();
                    throw new IllegalStateException("no");
                },
                definition -> definition.withAsync(definition
                        .async()
                        .withRetryDelay(Duration.ofMinutes(1))
                        .withMaximumEventAge(Duration.ofSeconds(60))));

        millrace.publish("aging", "{}").join();

        await().atMost(Duration.ofSeconds(60)).until(() -> account("aging").deadLettered() == 1);
        assertThat(runs).hasValue(1);
    }

    @Test
    void an_event_that_waits_longer_than_its_age_is_given_up_by_the_broker() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        millrace.deploy(
                "busy",
                (FunctionHandler) (event, context) -> {
                    release.await();
                    return event;
                },
                definition -> definition
                        .withReservedConcurrency(OptionalInt.of(1))
                        .withTimeout(LONGER_THAN_THE_TEST)
                        .withAsync(definition.async().withMaximumEventAge(Duration.ofSeconds(1))));
        for (int i = 0; i < 20; i++) {
            millrace.publish("busy", "{}").join();
        }

        await().atMost(Duration.ofSeconds(60)).until(() -> account("busy").deadLettered() >= 15);
        release.countDown();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> account("busy").succeeded() + account("busy").deadLettered() == 20);
        assertThat(account("busy").accepted()).isEqualTo(20);
    }

    @Test
    void success_and_failure_records_reach_their_destinations() {
        List<String> records = new ArrayList<>();
        millrace.deploy("audit", (FunctionHandler) (event, context) -> {
            synchronized (records) {
                records.add(new String(event, StandardCharsets.UTF_8));
            }
            return event;
        });
        String audit = "arn:aws:lambda:us-east-1:000000000000:function:audit";
        millrace.deploy(
                "maybe",
                (FunctionHandler) (event, context) -> {
                    if (event.length > 2) {
                        throw new IllegalStateException("too long");
                    }
                    return "\"fine\"".getBytes(StandardCharsets.UTF_8);
                },
                definition -> definition.withAsync(
                        definition.async().withOnSuccess(Optional.of(audit)).withOnFailure(Optional.of(audit))));

        millrace.publish("maybe", "{}").join();
        await().atMost(Duration.ofSeconds(60)).until(() -> account("audit").succeeded() == 1);
        millrace.publish("maybe", "{\"a\":1}").join();
        await().atMost(Duration.ofSeconds(60)).until(() -> account("audit").succeeded() == 2);

        assertThat(records.get(0))
                .contains("\"condition\":\"Success\"", "\"responsePayload\":\"fine\"", "\"approximateInvokeCount\":1");
        assertThat(records.get(1))
                .contains(
                        "\"condition\":\"RetriesExhausted\"",
                        "\"functionError\":\"Unhandled\"",
                        "\"requestPayload\":{\"a\":1}",
                        "\"approximateInvokeCount\":3");
        // A record is on its way before the count of what it tells of.
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(account("maybe")).isEqualTo(new FunctionAccount(2, 0, 0, 0, 1, 1, 0)));
    }

    @Test
    void an_error_message_with_half_a_character_is_a_cause_like_any_other() {
        String text = "x".repeat(2_046) + "\uD83D\uDE00 and \uD83D alone";
        millrace.deploy("emoji", (FunctionHandler) (event, context) -> {
            throw new IllegalStateException(text);
        });
        millrace.deploy("echo", ECHO);

        millrace.publish("emoji", "{}").join();

        await().atMost(Duration.ofSeconds(60)).until(() -> account("emoji").deadLettered() == 1);
        millrace.publish("echo", "{}").join();
        await().atMost(Duration.ofSeconds(60)).until(() -> account("echo").succeeded() == 1);
    }

    @Test
    void an_attempt_that_a_stop_cuts_off_is_delivered_again_and_not_doubled() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        millrace.deploy(
                "long",
                (FunctionHandler) (event, context) -> {
                    started.countDown();
                    new CountDownLatch(1).await();
                    return event;
                },
                definition -> definition
                        .withTimeout(LONGER_THAN_THE_TEST)
                        .withAsync(definition.async().withMaximumRetryAttempts(0)));
        millrace.publish("long", "{}").join();
        assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();

        millrace.close();
        start();
        millrace.deploy("long", ECHO);

        await().atMost(Duration.ofSeconds(60)).until(() -> account("long").succeeded() == 1);
        assertThat(account("long")).isEqualTo(new FunctionAccount(1, 0, 0, 0, 1, 0, 0));
    }

    @Test
    void the_events_of_a_removed_function_become_dead_letters() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch started = new CountDownLatch(1);
        millrace.deploy(
                "leaving",
                (FunctionHandler) (event, context) -> {
                    started.countDown();
                    release.await();
                    return event;
                },
                definition ->
                        definition.withReservedConcurrency(OptionalInt.of(1)).withTimeout(LONGER_THAN_THE_TEST));
        for (int i = 0; i < 50; i++) {
            millrace.publish("leaving", "{}").join();
        }
        assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();

        millrace.remove("leaving");
        release.countDown();

        assertThatThrownBy(() -> millrace.publish("leaving", "{}").join())
                .hasRootCauseInstanceOf(FunctionNotFoundException.class);
        millrace.deploy("leaving", ECHO);
        assertThat(account("leaving")).isEqualTo(new FunctionAccount(50, 0, 0, 0, 0, 50, 0));
    }

    @Test
    void publishing_to_an_unknown_function_names_it() {
        assertThatThrownBy(() -> millrace.publish("nosuch", "{}").join())
                .hasRootCauseInstanceOf(FunctionNotFoundException.class)
                .hasMessageContaining("function 'nosuch' does not exist");
    }
}
