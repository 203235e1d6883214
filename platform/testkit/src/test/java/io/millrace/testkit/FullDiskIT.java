package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import java.lang.reflect.Field;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The broker's disk has less room than {@code min-disk-free}, and then more again; counted from outside. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class FullDiskIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int EVENTS = 20;

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
    private final FunctionHandler counting = (event, context) -> {
        runs.computeIfAbsent(new String(event, StandardCharsets.UTF_8), body -> new AtomicInteger())
                .incrementAndGet();
        return event;
    };
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void every_publisher_and_caller_gets_an_answer_and_what_was_accepted_runs_once_there_is_room() throws Exception {
        millrace.deploy("orders", counting);
        BatchRecorder recorder = new BatchRecorder();
        millrace.deploy("batches", recorder);
        MappedQueue queue = new MappedQueue(millrace.broker().amqpPort(), url(), "batches-in");
        List<String> messages =
                IntStream.range(0, 30).mapToObj(i -> "message " + i).toList();
        queue.send(messages);
        List<CompletableFuture<?>> answers = new ArrayList<>();
        List<CompletableFuture<HttpResponse<String>>> posts = new ArrayList<>();
        // Given
        keepFree(Long.MAX_VALUE);
        try {
            // When
            queue.map("batches", "");
            for (int i = 0; i < EVENTS; i++) {
                answers.add(millrace.millrace().publish("orders", "\"embedded " + i + "\""));
                posts.add(post("Event", "posted " + i));
                posts.add(post("RequestResponse", "called " + i));
            }
            // Then
            await("every answer").atMost(PATIENCE).until(() -> answers.stream().allMatch(CompletableFuture::isDone));
            await("every reply").atMost(PATIENCE).until(() -> posts.stream().allMatch(CompletableFuture::isDone));
            assertThat(answers).allMatch(CompletableFuture::isCompletedExceptionally);
            assertThat(posts).extracting(post -> post.join().statusCode()).allMatch(code -> code == 500 || code == 503);
        } finally {
            keepFree(0);
        }
        // When there is room again
        await().atMost(PATIENCE).until(() -> post("Event", "after").join().statusCode() == 202);
        // Then
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(recorder.bodies()).containsAll(messages));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(queue.waiting("batches-in")).isEmpty());
        millrace.awaitQuiet();
        FunctionAccount account = Objects.requireNonNull(millrace.stats().get("orders"));
        assertThat(account.succeeded()).isEqualTo(account.accepted());
        assertThat(millrace.deadLetters("batches")).isEmpty();
        assertThat(runs).containsKey("\"after\"").doesNotContainKeys("\"embedded 0\"", "\"posted 0\"");
    }

    private URI url() {
        return millrace.millrace().httpUrl().orElseThrow();
    }

    private CompletableFuture<HttpResponse<String>> post(String type, String body) {
        HttpRequest request = HttpRequest.newBuilder(url().resolve("/2015-03-31/functions/orders/invocations"))
                .header("X-Amz-Invocation-Type", type)
                .POST(BodyPublishers.ofString("\"" + body + "\""))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    /** Bytes of the disk; what the broker's configuration calls min-disk-free. Heeded at once. */
    private static void keepFree(long bytes) throws ReflectiveOperationException {
        Object broker = millrace.broker();
        Field field = broker.getClass().getDeclaredField("server");
        field.setAccessible(true);
        Object server = field.get(broker);
        Object monitor = server.getClass().getMethod("getMonitor").invoke(server);
        monitor.getClass().getMethod("setMinDiskFree", long.class).invoke(monitor, bytes);
        monitor.getClass().getMethod("tick").invoke(monitor);
    }
}
