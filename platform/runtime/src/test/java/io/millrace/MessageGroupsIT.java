package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class MessageGroupsIT {
    private static final int EVENTS = 30;
    private static final List<Integer> IN_ORDER =
            IntStream.range(0, EVENTS).boxed().toList();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path data;

    private Millrace millrace;

    @BeforeEach
    void start() {
        millrace = Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .http("127.0.0.1", 0)
                .set("async.retryDelay", "PT0.2S")
                .set("async.retryDelayMultiplier", "1")
                .start();
    }

    @AfterEach
    void stop() {
        millrace.close();
    }

    private int publish(String group, String event) throws Exception {
        URI invocations = URI.create(millrace.httpUrl().orElseThrow() + "/2015-03-31/functions/orders/invocations");
        return http.send(
                        HttpRequest.newBuilder(invocations)
                                .header("X-Amz-Invocation-Type", "Event")
                                .header("X-Millrace-Message-Group", group)
                                .POST(HttpRequest.BodyPublishers.ofString(event))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static String text(byte[] event) {
        return new String(event, StandardCharsets.UTF_8);
    }

    @Test
    void events_of_a_group_succeed_in_order_also_when_one_of_them_is_retried() throws Exception {
        // Given: every tenth event of each group fails at its first attempt
        Map<String, List<Integer>> succeeded = new ConcurrentHashMap<>();
        Map<String, Integer> attempts = new ConcurrentHashMap<>();
        FunctionHandler orders = (event, context) -> {
            String[] parts = text(event).replace("\"", "").split(":", 2);
            int number = Integer.parseInt(parts[1]);
            int attempt = attempts.merge(text(event), 1, Integer::sum);
            if (number % 10 == 3 && attempt == 1) {
                throw new IllegalStateException("once");
            }
            succeeded
                    .computeIfAbsent(parts[0], group -> new CopyOnWriteArrayList<>())
                    .add(number);
            return event;
        };
        millrace.deploy("orders", orders);
        // When
        for (int i = 0; i < EVENTS; i++) {
            for (String group : List.of("a", "b", "c")) {
                assertThat(publish(group, "\"" + group + ":" + i + "\"")).isEqualTo(202);
            }
        }
        // Then
        await().atMost(Duration.ofSeconds(60)).until(() -> succeededCount() == 3 * EVENTS);
        assertThat(succeeded)
                .containsOnly(Map.entry("a", IN_ORDER), Map.entry("b", IN_ORDER), Map.entry("c", IN_ORDER));
    }

    private long succeededCount() {
        return Objects.requireNonNull(millrace.stats().join().get("orders")).succeeded();
    }

    @Test
    void a_group_that_waits_holds_up_no_other_group_and_never_runs_twice_at_once() throws Exception {
        // Given
        CountDownLatch release = new CountDownLatch(1);
        List<String> started = new CopyOnWriteArrayList<>();
        FunctionHandler orders = (event, context) -> {
            started.add(text(event));
            if (text(event).startsWith("\"slow")) {
                hold(release);
            }
            return event;
        };
        millrace.deploy("orders", orders, definition -> definition.withTimeout(Duration.ofMinutes(10)));
        // When
        for (int i = 0; i < 5; i++) {
            publish("slow", "\"slow" + i + "\"");
        }
        for (int i = 0; i < 5; i++) {
            publish("fast" + i, "\"fast" + i + "\"");
        }
        // Then
        await().atMost(Duration.ofSeconds(60)).until(() -> succeededCount() == 5);
        assertThat(started)
                .containsExactlyInAnyOrder(
                        "\"slow0\"", "\"fast0\"", "\"fast1\"", "\"fast2\"", "\"fast3\"", "\"fast4\"");
        release.countDown();
        await().atMost(Duration.ofSeconds(60)).until(() -> succeededCount() == 10);
    }

    /** Before the retry is due, a broker that lives on has only those behind it to deliver. */
    @Test
    void a_restart_while_a_retry_is_delayed_keeps_the_order_of_its_group(@TempDir Path apart) {
        try (EmbeddedBroker broker = EmbeddedBroker.start(
                EmbeddedBrokerOptions.of(apart.resolve("broker")).withFreePorts(), failure -> {})) {
            restartWhileARetryIsDelayed(apart.resolve("data"), "amqp://127.0.0.1:" + broker.amqpPort());
        }
    }

    private static void restartWhileARetryIsDelayed(Path ownData, String brokerUrl) {
        // Given
        CountDownLatch failed = new CountDownLatch(1);
        FunctionHandler refuses = (event, context) -> {
            failed.countDown();
            throw new IllegalStateException("not yet");
        };
        PublishOptions inGroup = PublishOptions.NONE.withMessageGroup("a");
        try (Millrace first = withSlowRetries(ownData, brokerUrl)) {
            first.deploy("orders", refuses);
            for (int i = 0; i < 5; i++) {
                first.publish("orders", Integer.toString(i).getBytes(StandardCharsets.UTF_8), inGroup)
                        .join();
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> orders(first).delayed() == 1);
        }
        assertThat(failed.getCount()).isZero();
        // When
        List<String> ran = new CopyOnWriteArrayList<>();
        FunctionHandler takes = (event, context) -> {
            ran.add(text(event));
            return event;
        };
        try (Millrace second = withSlowRetries(ownData, brokerUrl)) {
            second.deploy("orders", takes);
            await().atMost(Duration.ofSeconds(60)).until(() -> ran.size() == 5);
        }
        // Then
        assertThat(ran).containsExactly("0", "1", "2", "3", "4");
    }

    private static Millrace withSlowRetries(Path directory, String brokerUrl) {
        return Millrace.builder()
                .dataDirectory(directory)
                .broker(brokerUrl)
                .set("async.retryDelay", "PT6S")
                .start();
    }

    private static FunctionAccount orders(Millrace of) {
        return Objects.requireNonNull(of.stats().join().get("orders"));
    }

    @Test
    void a_group_that_died_does_not_hold_up_those_behind_it() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        FunctionHandler orders = (event, context) -> {
            if (text(event).equals("\"bad\"")) {
                throw new IllegalStateException("always");
            }
            ran.add(text(event));
            return event;
        };
        millrace.deploy("orders", orders);

        PublishOptions inGroup = PublishOptions.NONE.withMessageGroup("a");
        millrace.publish("orders", "\"bad\"".getBytes(StandardCharsets.UTF_8), inGroup)
                .join();
        millrace.publish("orders", "\"good\"".getBytes(StandardCharsets.UTF_8), inGroup)
                .join();

        await().atMost(Duration.ofSeconds(60)).until(() -> succeededCount() == 1);
        assertThat(ran).containsExactly("\"good\"");
        assertThat(Objects.requireNonNull(millrace.stats().join().get("orders")).deadLettered())
                .isEqualTo(1);
    }

    private static void hold(CountDownLatch release) throws InterruptedException {
        assertThat(release.await(120, TimeUnit.SECONDS)).isTrue();
    }
}
