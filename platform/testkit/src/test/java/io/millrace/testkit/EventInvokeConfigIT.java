package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Event invoke configs of several qualifiers of one function, seen from outside: by HTTP, by JMS, by the broker. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(600)
class EventInvokeConfigIT {
    /** Until an event is tried again, from try to try: a test has to see that it waits, and to change a config. */
    private static final List<Duration> LONG_ENOUGH_TO_CHANGE_SOMETHING =
            List.of(Duration.ofSeconds(6), Duration.ofSeconds(12), Duration.ofSeconds(24));

    private static final AtomicInteger FUNCTIONS = new AtomicInteger();

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder()
            .http()
            .set("async.maximumRetryAttempts", "1")
            .build();

    private String orders = "config-" + FUNCTIONS.incrementAndGet();
    private Failing failing = new Failing();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void each_qualifier_has_its_own_retries_and_destination_whoever_published() {
        // Given: two retries, none, and the platform's default of one
        millrace.deploy(orders, failing);
        alias("live");
        alias("plain");
        configure("$LATEST", "{\"MaximumRetryAttempts\": 2}");
        configure("live", "{\"MaximumRetryAttempts\": 0, " + onFailure() + "}");
        // When
        event("");
        event("?Qualifier=live");
        event("?Qualifier=plain");
        jms("live");
        jms("plain");
        // Then
        assertThat(account(5)).isEqualTo(new FunctionAccount(5, 0, 0, 0, 0, 5, 0));
        assertThat(failing.runsOf("")).isEqualTo(3);
        assertThat(failing.runsOf(":live")).isEqualTo(2);
        assertThat(failing.runsOf(":plain")).isEqualTo(4);
        assertThat(records(2)).allSatisfy(record -> assertThat(record)
                .contains(
                        "\"condition\":\"RetriesExhausted\"",
                        "\"approximateInvokeCount\":1",
                        "\"functionArn\":\"arn:aws:lambda:us-east-1:000000000000:function:" + orders + ":live\""));
    }

    @Test
    void a_config_that_is_raised_while_an_event_waits_gives_it_another_attempt() {
        whileEventsWait(
                1,
                () -> {
                    configure("live", "{\"MaximumRetryAttempts\": 1}");
                    event("?Qualifier=live");
                },
                () -> configure("live", "{\"MaximumRetryAttempts\": 2}"));

        assertThat(account(1).deadLettered()).isEqualTo(1);
        assertThat(failing.runsOf(":live")).isEqualTo(3);
    }

    @Test
    void a_config_that_is_lowered_while_an_event_waits_ends_it_without_another_attempt_and_says_why() {
        whileEventsWait(
                1,
                () -> {
                    configure("live", "{\"MaximumRetryAttempts\": 2}");
                    event("?Qualifier=live");
                },
                () -> configure("live", "{\"MaximumRetryAttempts\": 0, " + onFailure() + "}"));

        assertThat(account(1).deadLettered()).isEqualTo(1);
        assertThat(failing.runsOf(":live")).isEqualTo(1);
        assertThat(Failure.of(millrace.deadLetters(orders).get(0)))
                .hasToString("RetriesExhausted after 1 attempts, Runtime.RetriesLowered: the maximum of retries was"
                        + " lowered to 0 while the event waited for attempt 2");
        assertThat(records(1).get(0)).contains("\"approximateInvokeCount\":1", "Runtime.RetriesLowered");
    }

    @Test
    void events_of_an_alias_that_loses_its_config_or_is_deleted_are_still_run_or_given_up() {
        whileEventsWait(
                2,
                () -> {
                    alias("going");
                    configure("live", "{\"MaximumRetryAttempts\": 2}");
                    configure("going", "{\"MaximumRetryAttempts\": 2}");
                    event("?Qualifier=live");
                    event("?Qualifier=going");
                },
                () -> {
                    assertThat(send("DELETE", config("live"), "").statusCode()).isEqualTo(204);
                    assertThat(send("DELETE", "/2015-03-31/functions/" + orders + "/aliases/going", "")
                                    .statusCode())
                            .isEqualTo(204);
                });

        assertThat(account(2).deadLettered()).isEqualTo(2);
        assertThat(failing.runsOf(":live")).isEqualTo(2);
        assertThat(failing.runsOf(":going")).isEqualTo(1);
        assertThat(millrace.deadLetters(orders).stream()
                        .map(letter -> Failure.of(letter).errorType()))
                .containsExactlyInAnyOrder("java.lang.IllegalStateException", "ResourceNotFoundException");
    }

    @Test
    void each_qualifier_has_its_own_age_whoever_published() {
        // Given: a retry a minute later comes too late for an event that may be a minute old
        deployWithDelay(Duration.ofMinutes(1));
        configure("live", "{\"MaximumEventAgeInSeconds\": 60, " + onFailure() + "}");
        // When
        event("");
        event("?Qualifier=live");
        jms("live");
        jms("");
        // Then
        await().atMost(Duration.ofSeconds(60)).until(() -> stats().deadLettered() == 2 && stats().delayed() == 2);
        assertThat(stats()).isEqualTo(new FunctionAccount(4, 0, 2, 0, 0, 2, 0));
        assertThat(failing.runs).hasSize(4);
        assertThat(records(2)).allSatisfy(record -> assertThat(record)
                .contains("\"condition\":\"EventAgeExceeded\"", "\"approximateInvokeCount\":1", ":live\""));
    }

    @Test
    void events_that_wait_become_only_as_old_as_their_own_qualifier_allows() throws InterruptedException {
        // Given: a second without a qualifier, ten minutes by the alias; and no room
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        FunctionHandler blocked = (event, context) -> {
            started.countDown();
            release.await();
            return event;
        };
        millrace.millrace().deploy(orders, blocked, definition -> definition
                .withReservedConcurrency(OptionalInt.of(1))
                .withTimeout(Duration.ofMinutes(10))
                .withAsync(definition.async().withMaximumEventAge(Duration.ofSeconds(1))));
        alias("live");
        configure("live", "{\"MaximumEventAgeInSeconds\": 600}");
        event("?Qualifier=live");
        assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
        // When
        jms("");
        jms("live");
        event("?Qualifier=live");
        for (int i = 0; i < 10; i++) {
            event("");
        }
        // Then
        await().atMost(Duration.ofSeconds(60)).until(() -> stats().deadLettered() == 11);
        release.countDown();
        assertThat(account(14)).isEqualTo(new FunctionAccount(14, 0, 0, 0, 3, 11, 0));
        assertThat(millrace.deadLetters(orders))
                .extracting(letter -> Failure.of(letter).toString())
                .containsOnly("EventAgeExceeded after 0 attempts, : ");
    }

    @Test
    void a_redriven_event_is_not_too_old_for_the_age_it_had_when_it_died() {
        deployWithDelay(Duration.ofMinutes(1));
        configure("live", "{\"MaximumEventAgeInSeconds\": 60}");
        event("?Qualifier=live");
        jms("live");
        await().atMost(Duration.ofSeconds(60)).until(() -> stats().deadLettered() == 2);

        assertThat(millrace.redrive(orders)).isEqualTo(2);

        await().atMost(Duration.ofSeconds(60)).until(() -> stats().delayed() == 2);
        assertThat(failing.runsOf(":live")).isEqualTo(4);
    }

    @Test
    void the_broker_allows_what_any_qualifier_allows_and_no_more() {
        millrace.deploy(orders, failing);
        configure("$LATEST", "{\"MaximumRetryAttempts\": 0, \"MaximumEventAgeInSeconds\": 60}");
        assertThat(policy()).contains("\"maxDeliveryAttempts\":12", "\"maxExpiryDelay\":60000");

        alias("live");
        assertThat(policy())
                .contains(
                        "\"maxDeliveryAttempts\":13", "\"maxExpiryDelay\":21600000", "\"enableIngressTimestamp\":true");

        configure("live", "{\"MaximumRetryAttempts\": 2, \"MaximumEventAgeInSeconds\": 90}");
        assertThat(policy()).contains("\"maxDeliveryAttempts\":14", "\"maxExpiryDelay\":90000");

        send("DELETE", "/2015-03-31/functions/" + orders + "/aliases/live", "");
        assertThat(policy())
                .contains("\"maxDeliveryAttempts\":12", "\"maxExpiryDelay\":60000", "\"enableIngressTimestamp\":false");
    }

    /**
     * Publishes events that fail, and changes something before any of them is tried again. If this machine stood still
     * for so long that one may have been, again, with another function and more time.
     */
    private void whileEventsWait(int events, Runnable publish, Runnable change) {
        boolean inTime = false;
        for (Duration delay : LONG_ENOUGH_TO_CHANGE_SOMETHING) {
            if (inTime) {
                return;
            }
            orders = "config-" + FUNCTIONS.incrementAndGet();
            failing = new Failing();
            deployWithDelay(delay);
            publish.run();
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> !failing.isFirstWithin(delay) || stats().delayed() == events);
            change.run();
            inTime = failing.isFirstWithin(delay);
        }
        assertThat(inTime).as("changed before the next attempt").isTrue();
    }

    /** Not scaled; with an alias. */
    private void deployWithDelay(Duration delay) {
        millrace.millrace()
                .deploy(
                        orders,
                        failing,
                        definition -> definition.withAsync(
                                definition.async().withRetryDelay(delay).withRetryDelayMultiplier(1)));
        alias("live");
    }

    private void alias(String name) {
        HttpResponse<String> created = send(
                "POST",
                "/2015-03-31/functions/" + orders + "/aliases",
                "{\"Name\": \"" + name + "\", \"FunctionVersion\": \"$LATEST\"}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
    }

    private void configure(String qualifier, String body) {
        HttpResponse<String> put = send("PUT", config(qualifier), body);
        assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
    }

    private String config(String qualifier) {
        return "/2019-09-25/functions/" + orders + "/event-invoke-config?Qualifier=" + qualifier.replace("$", "%24");
    }

    private String failures() {
        return "failures-" + orders;
    }

    private String onFailure() {
        return "\"DestinationConfig\": {\"OnFailure\": {\"Destination\": \"arn:aws:sqs:us-east-1:000000000000:"
                + failures() + "\"}}";
    }

    private void event(String query) {
        URI uri = millrace.millrace()
                .httpUrl()
                .orElseThrow()
                .resolve("/2015-03-31/functions/" + orders + "/invocations" + query);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("X-Amz-Invocation-Type", "Event")
                .POST(BodyPublishers.ofString("{}"))
                .build();
        assertThat(send(request).statusCode()).isEqualTo(202);
    }

    private HttpResponse<String> send(String method, String path, String body) {
        URI uri = millrace.millrace().httpUrl().orElseThrow().resolve(path);
        return send(HttpRequest.newBuilder(uri)
                .method(method, BodyPublishers.ofString(body))
                .build());
    }

    private HttpResponse<String> send(HttpRequest request) {
        return http.sendAsync(request, BodyHandlers.ofString())
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private void jms(String qualifier) {
        Publishers.jmsByAmqp((context, body) -> {
                    Message message = Publishers.BYTES.make(context, body);
                    if (!qualifier.isEmpty()) {
                        message.setStringProperty("millrace_qualifier", qualifier);
                    }
                    return message;
                })
                .send(millrace.broker(), orders, "{}");
    }

    /** The records in the queue of failures, of which there are that many and no more. */
    private List<String> records(int expected) {
        List<String> records = new ArrayList<>();
        try (FailureQueue broker = new FailureQueue(millrace.broker().amqpPort())) {
            for (int i = 0; i < expected; i++) {
                records.add(broker.receive(failures(), 60_000));
            }
            assertThat(broker.receive(failures(), 200)).as("one more record").isEmpty();
        }
        return records;
    }

    private String policy() {
        Vertx vertx = Vertx.vertx();
        try {
            BrokerConnection connection = wait(BrokerConnection.open(
                    vertx, BrokerAddress.parse(millrace.millrace().brokerUrl()), "test"));
            wait(connection.firstUp());
            return wait(new BrokerManagement(connection)
                            .operation("broker", "getAddressSettingsAsJSON", "invoke." + orders))
                    .asText();
        } finally {
            wait(vertx.close());
        }
    }

    private static <T> T wait(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private FunctionAccount stats() {
        return Objects.requireNonNull(millrace.stats().get(orders));
    }

    /** Once so many have come to their end. */
    private FunctionAccount account(int over) {
        await().atMost(Duration.ofMinutes(2)).until(() -> stats().succeeded() + stats().deadLettered() == over);
        return stats();
    }

    private static final class FailureQueue implements AutoCloseable {
        private final JMSContext context;

        FailureQueue(int port) {
            this.context = new JmsConnectionFactory("amqp://127.0.0.1:" + port).createContext();
        }

        /** Empty when none came in that time. */
        String receive(String queue, long millis) {
            try (var consumer = context.createConsumer(context.createQueue(queue))) {
                Message message = consumer.receive(millis);
                return message == null ? "" : message.getBody(String.class);
            } catch (JMSException failed) {
                throw new IllegalStateException(failed);
            }
        }

        @Override
        public void close() {
            context.close();
        }
    }

    /** Fails, and notes by which qualifier it was invoked. */
    private static final class Failing implements FunctionHandler {
        private static final long NEVER = Long.MIN_VALUE;

        private final List<String> runs = new CopyOnWriteArrayList<>();
        private final AtomicLong firstRun = new AtomicLong(NEVER);

        @Override
        public byte[] handle(byte[] event, FunctionContext context) {
            firstRun.compareAndSet(NEVER, System.nanoTime());
            String arn = context.invokedFunctionArn();
            runs.add(arn.substring(
                    arn.indexOf(context.functionName()) + context.functionName().length()));
            throw new IllegalStateException("no");
        }

        /** Whether the first attempt, if any, began less than this ago; an attempt that waits for as long has not begun then. */
        boolean isFirstWithin(Duration delay) {
            long first = firstRun.get();
            return first == NEVER || System.nanoTime() - first < delay.toNanos();
        }

        /** With a colon in front; empty for those without. */
        int runsOf(String qualifier) {
            return Collections.frequency(runs, qualifier);
        }
    }
}
