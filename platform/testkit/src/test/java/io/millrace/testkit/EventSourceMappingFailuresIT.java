package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.Millrace;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.eventsource.contract.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Mappings whose broker, platform or function goes away: no message is lost. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class EventSourceMappingFailuresIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String FUNCTION = "orders";

    private final BatchRecorder recorder = new BatchRecorder();

    @TempDir
    Path data;

    private EmbeddedBroker broker;
    private Millrace millrace;
    private MappedQueue queue;

    @BeforeEach
    void start() throws IOException {
        startBroker(FreePort.find());
        startPlatform();
        millrace.deploy(FUNCTION, recorder, definition -> definition.withTimeout(Duration.ofMinutes(10)));
    }

    private void startBroker(int amqpPort) {
        broker = EmbeddedBroker.start(
                EmbeddedBrokerOptions.of(data.resolve("broker")).withFreePorts().withAmqpPort(amqpPort), failure -> {});
    }

    private void startPlatform() {
        millrace = Millrace.builder()
                .dataDirectory(data.resolve("platform"))
                .broker("amqp://127.0.0.1:" + broker.amqpPort())
                .http("127.0.0.1", 0)
                .set("shutdown.drainTimeout", "PT1S")
                .start();
        queue = new MappedQueue(broker.amqpPort(), millrace.httpUrl().orElseThrow(), "orders-in");
    }

    @AfterEach
    void stop() {
        millrace.close();
        broker.close();
    }

    private static List<String> bodies(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "{\"id\":" + i + "}").toList();
    }

    /** Each at least once. */
    private void awaitAll(List<String> expected) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(new HashSet<>(recorder.bodies()))
                .containsExactlyInAnyOrderElementsOf(expected));
    }

    @Test
    void a_mapping_goes_on_after_a_restart_with_the_batch_that_did_not_end() {
        // Given a batch that runs longer than the platform waits for it
        recorder.gate = new CountDownLatch(1);
        queue.send(bodies(0, 10));
        String uuid = queue.map(FUNCTION, ", \"BatchSize\": 5, \"ScalingConfig\": {\"MaximumConcurrency\": 2}");
        await().atMost(PATIENCE).until(() -> recorder.batches.size() == 2);
        await().atMost(PATIENCE).until(() -> queue.state(uuid).equals("Enabled"));
        // When
        millrace.close();
        recorder.records.clear();
        recorder.gate.countDown();
        startPlatform();
        // Then its messages wait for a function
        assertThat(queue.state(uuid)).isEqualTo("Enabled");
        queue.send(bodies(10, 20));
        millrace.deploy(FUNCTION, recorder, definition -> definition.withTimeout(Duration.ofMinutes(10)));
        awaitAll(bodies(0, 20));
        await().atMost(PATIENCE).until(() -> queue.waiting("orders-in").isEmpty());
    }

    @Test
    void a_mapping_goes_on_when_the_broker_comes_back() {
        // Given
        queue.send(bodies(0, 10));
        String uuid = queue.map(FUNCTION, "");
        awaitAll(bodies(0, 10));
        recorder.gate = new CountDownLatch(1);
        queue.send(bodies(10, 20));
        await().atMost(PATIENCE).until(() -> recorder.batches.size() > 1);
        // When the broker goes while a batch runs
        int port = broker.amqpPort();
        broker.close();
        recorder.gate.countDown();
        startBroker(port);
        // Then
        queue.send(bodies(20, 30));
        awaitAll(bodies(0, 30));
        await().atMost(PATIENCE).until(() -> queue.waiting("orders-in").isEmpty());
        assertThat(queue.state(uuid)).isEqualTo("Enabled");
    }
}
