package io.millrace.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.scaling.CapacityRange;
import io.millrace.core.scaling.ScalableResource;
import io.millrace.core.scaling.Suspension;
import io.millrace.core.scaling.TargetTrackingPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ScalingShelfTest {
    private static final ScalableResource LIVE = new ScalableResource(Sample.ORDERS, "live");
    private static final ScalableTarget BARE = ScalableTarget.registered(
            LIVE, "id", new CapacityRange(1, 9), new Suspension(true, false, true), Sample.NOON);
    private static final ScalableTarget WHOLE = BARE.registeredAgain(
                    new CapacityRange(0, 1_000_000), Suspension.NONE, Sample.NOON.plusSeconds(1))
            .withPolicy(Optional.of(new ScalingPolicy(
                    "follow",
                    "policy-id",
                    new TargetTrackingPolicy(0.7, Duration.ofSeconds(30), Duration.ofSeconds(60), true),
                    Sample.NOON)))
            .withAction(action("open", Optional.empty()))
            .withAction(action("bounded", Optional.of("Europe/Berlin")));

    @TempDir
    Path data;

    private static ScheduledAction action(String name, Optional<String> zone) {
        return new ScheduledAction(
                name,
                name + "-id",
                "cron(0 8 * * ? *)",
                zone,
                zone.map(given -> Sample.NOON),
                zone.map(given -> Sample.NOON.plusSeconds(9)),
                zone.isPresent() ? OptionalInt.of(3) : OptionalInt.empty(),
                zone.isPresent() ? OptionalInt.empty() : OptionalInt.of(5),
                Sample.NOON);
    }

    @Test
    void a_target_with_all_its_parts_outlives_the_process() {
        // Given
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            registry.scaling().change(LIVE, before -> Optional.of(BARE));
            registry.scaling().change(LIVE, before -> Optional.of(WHOLE));
        }
        // When
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            // Then
            assertThat(registry.scaling().all()).containsExactly(WHOLE);
            assertThat(registry.scaling().find(LIVE)).hasValue(WHOLE);
        }
    }

    @Test
    void a_target_is_gone_for_ever_with_its_parts() {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            registry.scaling().change(LIVE, before -> Optional.of(WHOLE));
            registry.scaling().change(LIVE, before -> Optional.empty());
            registry.scaling().change(LIVE, before -> Optional.of(BARE));
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.scaling().all()).containsExactly(BARE);
        }
    }

    @Test
    void a_change_that_throws_changes_nothing() {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            registry.scaling().change(LIVE, before -> Optional.of(WHOLE));

            assertThatThrownBy(() -> registry.scaling().change(LIVE, before -> {
                        throw new IllegalStateException("no");
                    }))
                    .hasMessage("no");

            assertThat(registry.scaling().find(LIVE)).hasValue(WHOLE);
        }
    }
}
