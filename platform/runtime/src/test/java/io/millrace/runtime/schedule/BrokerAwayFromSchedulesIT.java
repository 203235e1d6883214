package io.millrace.runtime.schedule;

import static io.millrace.runtime.schedule.ScheduleFloor.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.runtime.registry.FunctionRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker is away while something becomes due. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class BrokerAwayFromSchedulesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Timing NO_GRACE =
            new Timing(Duration.ofMillis(500), Duration.ofMillis(100), Duration.ofMillis(1_000));

    @TempDir
    Path data;

    private EmbeddedBroker broker;
    private int port;
    private ScheduleFloor node;

    @BeforeEach
    void start() {
        startBroker(0);
        port = broker.amqpPort();
        node = new ScheduleFloor(FunctionRegistry.open(data.resolve("node")), port, NO_GRACE, arn -> false);
    }

    private void startBroker(int amqpPort) {
        broker = EmbeddedBroker.start(
                EmbeddedBrokerOptions.of(data.resolve("broker")).withFreePorts().withAmqpPort(amqpPort), failure -> {});
    }

    @AfterEach
    void stop() {
        node.close();
        broker.close();
    }

    @Test
    void what_became_due_meanwhile_happens_once_and_then_all_goes_on_as_before() {
        // Given
        Instant soon = Instant.now().plusSeconds(3);
        Schedule once = node.create("once", settings(ScheduleFloor.at(soon), "once"));
        Schedule often = node.create("often", settings("every(PT1S)", "often"));
        await().atMost(PATIENCE)
                .until(() ->
                        node.stored("once").planted() && node.stored("often").planted());
        // When
        broker.close();
        Schedule whileAway =
                node.create("away", settings(ScheduleFloor.at(Instant.now().plusSeconds(3)), "away"));
        await().atMost(PATIENCE).until(() -> Instant.now().isAfter(soon.plusSeconds(3)));
        startBroker(port);
        // Then
        try (QueueReader first = new QueueReader(port, "once");
                QueueReader second = new QueueReader(port, "often");
                QueueReader third = new QueueReader(port, "away")) {
            await().atMost(PATIENCE).until(() -> second.bodies.size() >= 4 && third.bodies.size() == 1);
            assertThat(first.bodies)
                    .containsExactly(once.executionId(once.firstDue().orElseThrow()));
            assertThat(third.bodies)
                    .containsExactly(whileAway.executionId(whileAway.firstDue().orElseThrow()));
            assertThat(second.bodies)
                    .doesNotHaveDuplicates()
                    .as("one for all that were missed")
                    .hasSizeLessThan(8)
                    .contains(often.executionId(often.firstDue().orElseThrow()));
        }
    }
}
