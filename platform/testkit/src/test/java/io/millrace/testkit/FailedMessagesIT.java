package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How soon messages of a mapped queue that failed come again, counted from outside. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class FailedMessagesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    /** Reports one message as failed whenever it comes, and takes all others. */
    private static final class Reporter implements FunctionHandler {
        private final String failing;
        private final List<String> done = new CopyOnWriteArrayList<>();
        /** When the message came, in nanoseconds. */
        private final List<Long> came = new CopyOnWriteArrayList<>();

        Reporter(String failing) {
            this.failing = failing;
        }

        @Override
        public byte[] handle(byte[] event, FunctionContext context) {
            JsonArray failures = new JsonArray();
            for (JsonObject message : MappedQueue.records(event)) {
                if (message.getString("body").equals(failing)) {
                    came.add(System.nanoTime());
                    failures.add(new JsonObject().put("itemIdentifier", message.getString("messageId")));
                } else {
                    done.add(message.getString("body"));
                }
            }
            return new JsonObject().put("batchItemFailures", failures).encode().getBytes(StandardCharsets.UTF_8);
        }
    }

    private static MappedQueue queue(String name) {
        return new MappedQueue(
                millrace.broker().amqpPort(), millrace.millrace().httpUrl().orElseThrow(), name);
    }

    @Test
    void a_reported_message_rests_twice_as_long_after_each_attempt_while_the_others_run() {
        // Given
        Reporter reporter = new Reporter("away");
        millrace.millrace().deploy("reporter", reporter);
        MappedQueue queue = queue("reported-in");
        List<String> others =
                IntStream.range(0, 200).mapToObj(i -> "other " + i).toList();
        queue.send(List.of("away"));
        queue.send(others);
        // When
        queue.map("reporter", ", \"BatchSize\": 5, \"FunctionResponseTypes\": [\"ReportBatchItemFailures\"]");
        // Then
        await().atMost(PATIENCE).until(() -> reporter.came.size() >= 5);
        Duration elapsed = Duration.ofNanos(reporter.came.get(4) - reporter.came.get(0));
        assertThat(elapsed).isGreaterThan(Duration.ofMillis(100 + 200 + 400 + 800));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(reporter.done).containsExactlyInAnyOrderElementsOf(others));
    }

    private static void neverADeadLetter(String queue) {
        Vertx vertx = Vertx.vertx();
        BrokerConnection connection = done(BrokerConnection.open(
                vertx, BrokerAddress.local("127.0.0.1", millrace.broker().amqpPort()), "test"));
        done(connection.firstUp());
        done(new BrokerManagement(connection).setRedelivery(queue, OptionalLong.empty(), OptionalInt.of(-1)));
        done(connection.close());
        done(vertx.close());
    }

    private static <T> T done(Future<T> future) {
        return future.timeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @Test
    void what_rests_when_its_mapping_is_deleted_is_in_the_queue_with_its_attempts_counted() {
        // Given
        BatchRecorder recorder = new BatchRecorder();
        recorder.throwing = true;
        millrace.millrace().deploy("thrower", recorder);
        MappedQueue queue = queue("thrown-in");
        neverADeadLetter("thrown-in"); // However long this machine stands still before the mapping is deleted.
        queue.send(List.of("again"));
        String uuid = queue.map("thrower", "");
        await().atMost(PATIENCE).until(() -> recorder.bodies().size() >= 6);
        await().atMost(PATIENCE).until(() -> queue.state(uuid).equals("Enabled"));
        // When
        queue.delete(uuid);
        await().atMost(PATIENCE).until(() -> !queue.exists(uuid));
        // Then
        assertThat(queue.receive())
                .isEqualTo("again, delivery " + (recorder.bodies().size() + 1));
    }
}
