package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.Millrace;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Queues whose messages have groups: whatever fails, each group keeps its order; seen by the function. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class FifoMappingIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String FUNCTION = "ledger";
    private static final String QUEUE = "ledger-in.fifo";
    private static final String REPORTING = ", \"FunctionResponseTypes\": [\"ReportBatchItemFailures\"]";
    private static final List<String> GROUPS = List.of("a", "b", "c");

    private final OrderWatcher watcher = new OrderWatcher();

    @TempDir
    Path data;

    private EmbeddedBroker broker;
    private Millrace millrace;
    private MappedQueue queue;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.start(
                EmbeddedBrokerOptions.of(data.resolve("broker")).withFreePorts(), failure -> {});
        startPlatform();
    }

    private void startPlatform() {
        millrace = Millrace.builder()
                .dataDirectory(data.resolve("platform"))
                .broker("amqp://127.0.0.1:" + broker.amqpPort())
                .http("127.0.0.1", 0)
                .set("shutdown.drainTimeout", "PT0.001S")
                .start();
        millrace.deploy(FUNCTION, watcher, definition -> definition.withTimeout(Duration.ofMinutes(10)));
        queue = new MappedQueue(broker.amqpPort(), millrace.httpUrl().orElseThrow(), QUEUE);
    }

    @AfterEach
    void stop() {
        watcher.gate.countDown();
        millrace.close();
        broker.close();
    }

    /** So many of each group, one group after the other in turn. */
    private void send(int each) {
        List<String> names = new ArrayList<>();
        IntStream.range(0, each).forEach(number -> GROUPS.forEach(group -> names.add(group + " " + number)));
        queue.sendInGroups(names, name -> name.substring(0, 1));
    }

    private void awaitDone(int each) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(watcher.done())
                .containsOnlyKeys(GROUPS)
                .allSatisfy((group, done) -> assertThat(done).isEqualTo(each)));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(queue.waiting(QUEUE)).isEmpty());
    }

    @Test
    void each_group_keeps_its_order_whatever_fails_and_however_it_is_told() {
        watcher.failing = 0.06;
        send(100);

        queue.map(FUNCTION, REPORTING);

        awaitDone(100);
        assertThat(watcher.violations).isEmpty();
        assertThat(watcher.failures.get()).isGreaterThan(3);
        assertThat(watcher.largestBatch.get()).isBetween(2, 10);
        JsonObject attributes = watcher.last.getJsonObject("attributes");
        assertThat(attributes.getString("MessageGroupId")).isIn(GROUPS);
        assertThat(attributes.getString("SequenceNumber")).isEqualTo("7");
        assertThat(attributes.getString("MessageDeduplicationId")).isNotEmpty();
        assertThat(queue.waiting("DLQ")).isEmpty();
    }

    @Test
    void a_poller_that_ends_in_the_middle_of_its_batches_loses_nothing_and_changes_no_order() {
        send(40);
        watcher.failing = 0.05;
        watcher.gateAt = 30;
        queue.map(FUNCTION, REPORTING);
        await().atMost(PATIENCE).until(() -> watcher.isWaiting());

        millrace.close();
        watcher.startAgain();
        startPlatform();

        awaitDone(40);
        assertThat(watcher.violations).isEmpty();
    }

    @Test
    void a_message_that_never_succeeds_becomes_a_dead_letter_and_its_group_goes_on() {
        watcher.poison = "b 3";
        send(6);

        queue.map(FUNCTION, REPORTING);

        awaitDone(6);
        assertThat(queue.waiting("DLQ")).containsExactly("b 3");
        assertThat(watcher.times("b 3")).isEqualTo(10);
    }
}
