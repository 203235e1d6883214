package io.millrace.runtime.scaling;

import static io.millrace.runtime.scaling.ScalingFloor.LIVE;
import static io.millrace.runtime.scaling.ScalingFloor.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.core.scaling.TargetTrackingPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop as it runs in the platform: its own timer, periods of 100 ms. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ScalingLoopTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ScalingFloor floor;
    private final ScalingController controller;

    ScalingLoopTest(@TempDir Path data) {
        this.floor = new ScalingFloor(data, InstantSource.system());
        this.controller = new ScalingController(
                floor.vertx,
                floor.registry.scaling(),
                floor.functions,
                floor.ledger,
                Duration.ofMillis(100),
                InstantSource.system());
    }

    @AfterEach
    void close() {
        await(controller.close());
        floor.close();
    }

    @Test
    void permits_that_are_held_raise_capacity_to_what_the_target_asks_and_it_falls_when_they_are_given_back() {
        // Given
        floor.provision(2);
        await(floor.scaling.register(LIVE, new Registration(OptionalInt.of(2), OptionalInt.of(50), Optional.empty())));
        await(floor.scaling.putPolicy(
                LIVE, "follow", new TargetTrackingPolicy(0.7, Duration.ZERO, Duration.ZERO, false)));
        controller.start();
        // When: 14 at 70 % are 20
        await().atMost(PATIENCE).untilAsserted(() -> {
            floor.run(14);
            assertThat(floor.capacity()).isEqualTo(20);
        });
        floor.run(0);
        // Then
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(floor.capacity()).isEqualTo(2));
    }
}
