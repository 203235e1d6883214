package io.millrace.runtime.schedule;

import static io.millrace.runtime.schedule.ScheduleFloor.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.eventsource.contract.FreePort;
import io.millrace.runtime.registry.FunctionRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
    void start() throws IOException {
        startBroker(FreePort.find());
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
        Schedule once = node.createSoon("once", at -> settings(at, "once"));
        Instant soon = once.firstDue().orElseThrow();
        Schedule often = node.create("often", settings("every(PT1S)", "often"));
        await().atMost(PATIENCE)
                .until(() ->
                        node.stored("once").planted() && node.stored("often").planted());
        // When
        broker.close();
        Instant away = Instant.now();
        Schedule whileAway = node.createSoon("away", at -> settings(at, "away"));
        // The broker may have taken long to go.
        await().atMost(PATIENCE)
                .until(() -> Instant.now().isAfter(soon.plusSeconds(3))
                        && Instant.now().isAfter(away.plusSeconds(5)));
        long missed = Duration.between(away, Instant.now()).toSeconds() - 1;
        startBroker(port);
        // Then
        try (QueueReader first = new QueueReader(port, "once");
                QueueReader second = new QueueReader(port, "often");
                QueueReader third = new QueueReader(port, "away")) {
            await().atMost(PATIENCE)
                    .until(() -> !first.bodies.isEmpty() && second.bodies.size() >= 4 && third.bodies.size() == 1);
            assertThat(first.bodies)
                    .containsExactly(once.executionId(once.firstDue().orElseThrow()));
            assertThat(third.bodies)
                    .containsExactly(whileAway.executionId(whileAway.firstDue().orElseThrow()));
            List<String> ran = new ArrayList<>(second.bodies);
            long due = Duration.between(often.firstDue().orElseThrow(), Instant.now())
                            .toSeconds()
                    + 1;
            assertThat(missed).isGreaterThan(2);
            assertThat(ran)
                    .doesNotHaveDuplicates()
                    .as("one for all %d that were missed of %d", missed, due)
                    .hasSizeLessThanOrEqualTo((int) (due - missed + 1))
                    .contains(often.executionId(often.firstDue().orElseThrow()));
        }
    }
}
