package io.millrace.runtime.scaling;

import static io.millrace.runtime.scaling.ScalingFloor.LIVE;
import static io.millrace.runtime.scaling.ScalingFloor.ORDERS;
import static io.millrace.runtime.scaling.ScalingFloor.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.scaling.CapacityRange;
import io.millrace.core.scaling.Suspension;
import io.millrace.core.scaling.TargetTrackingPolicy;
import io.millrace.runtime.scaling.ActionChange.Bounds;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ScalingControllerTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ScalingFloor.Steps clock = new ScalingFloor.Steps();
    private final ScalingFloor floor;
    private final ScalingController controller;

    ScalingControllerTest(@TempDir Path data) {
        this.floor = new ScalingFloor(data, clock);
        this.controller = new ScalingController(
                floor.vertx, floor.registry.scaling(), floor.functions, floor.ledger, MINUTE, clock);
    }

    @AfterEach
    void close() {
        floor.close();
    }

    @Test
    void capacity_follows_load_up_and_down_again() {
        // Given
        floor.provision(2);
        register(1, 20);
        track(0.5);
        // When
        floor.run(2);
        periods(2);
        assertThat(floor.capacity()).isEqualTo(2);
        periods(1);
        // Then
        assertThat(floor.capacity()).isEqualTo(4);
        // When
        floor.run(6);
        periods(1);
        assertThat(floor.capacity()).isEqualTo(8); // only 4 could be seen in use
        floor.run(6);
        periods(1);
        assertThat(floor.capacity()).isEqualTo(12);
        floor.run(6);
        periods(5);
        assertThat(floor.capacity()).isEqualTo(12);
        floor.run(0);
        periods(14);
        assertThat(floor.capacity()).isEqualTo(12);
        periods(1);
        // Then
        assertThat(floor.capacity()).isEqualTo(1);
    }

    @Test
    void a_datapoint_is_the_busiest_moment_of_its_period() {
        floor.provision(4);
        register(1, 20);
        track(0.5);

        for (int period = 0; period < 3; period++) {
            look();
            floor.run(4);
            look();
            floor.run(0);
            periods(1);
        }

        assertThat(floor.capacity()).isEqualTo(8);
    }

    @Test
    void without_provisioned_concurrency_neither_registration_nor_policy_brings_any() {
        register(3, 20);
        track(0.5);
        floor.run(5);

        periods(20);

        assertThat(floor.capacity()).isZero();
    }

    @Test
    void a_registration_brings_what_is_provisioned_into_its_range() {
        floor.provision(2);
        register(5, 8);
        look();
        assertThat(floor.capacity()).isEqualTo(5);
        register(1, 3);
        look();
        assertThat(floor.capacity()).isEqualTo(3);
    }

    @Test
    void what_is_provisioned_by_hand_outside_of_the_range_stays_until_something_scales() {
        floor.provision(2);
        register(1, 4);
        look();
        floor.provision(9);

        periods(2);

        assertThat(floor.capacity()).isEqualTo(9);
    }

    @Test
    void a_scheduled_action_sets_the_range_and_brings_capacity_into_it_at_once_also_from_nothing() {
        // Given
        register(0, 4);
        schedule("out", "at(2026-11-20T12:00:30)", OptionalInt.of(5), OptionalInt.of(9));
        schedule("in", "at(2026-11-20T12:01:30)", OptionalInt.of(0), OptionalInt.of(2));
        schedule("off", "at(2026-11-20T12:02:30)", OptionalInt.of(0), OptionalInt.of(0));
        // When, Then
        stepAndLook(29);
        assertThat(floor.capacity()).isZero();
        stepAndLook(1);
        assertThat(floor.capacity()).isEqualTo(5);
        assertThat(range()).isEqualTo(new CapacityRange(5, 9));
        stepAndLook(60);
        assertThat(floor.capacity()).isEqualTo(2);
        stepAndLook(60);
        assertThat(floor.registry.find(ORDERS).orElseThrow().published().provisioned())
                .isEmpty();
    }

    @Test
    void a_recurring_action_runs_again_and_only_one_of_its_bounds_moves() {
        floor.provision(1);
        register(1, 9);
        schedule("morning", "cron(0 8 * * ? *)", OptionalInt.of(4), OptionalInt.empty());

        clock.step(Duration.ofHours(20));
        stepAndLook(0);
        assertThat(range()).isEqualTo(new CapacityRange(4, 9));
        register(1, 9);
        floor.provision(1);
        clock.step(Duration.ofDays(1));
        stepAndLook(0);

        assertThat(floor.capacity()).isEqualTo(4);
    }

    @Test
    void an_action_that_would_turn_the_range_round_changes_nothing() {
        floor.provision(2);
        register(1, 3);
        schedule("odd", "at(2026-11-20T12:00:30)", OptionalInt.of(7), OptionalInt.empty());

        stepAndLook(30);

        assertThat(range()).isEqualTo(new CapacityRange(1, 3));
        assertThat(floor.capacity()).isEqualTo(2);
    }

    @Test
    void what_is_suspended_does_not_happen() {
        floor.provision(2);
        suspend(new Suspension(false, true, true));
        track(0.5);
        schedule("out", "at(2026-11-20T12:00:30)", OptionalInt.of(5), OptionalInt.empty());
        floor.run(2);
        periods(5);
        assertThat(floor.capacity()).isEqualTo(2);

        suspend(new Suspension(true, false, false));
        periods(1);
        assertThat(floor.capacity()).isEqualTo(4);
        floor.run(0);
        periods(20);
        assertThat(floor.capacity()).isEqualTo(4);
    }

    @Test
    void what_is_refused_is_tried_again_with_the_next_period() {
        // Given
        await(floor.functions.reserve(ORDERS, OptionalInt.of(3)));
        floor.provision(2);
        register(5, 8);
        // When
        look();
        assertThat(floor.capacity()).isEqualTo(2);
        await(floor.functions.reserve(ORDERS, OptionalInt.of(30)));
        look();
        assertThat(floor.capacity()).isEqualTo(2);
        periods(1);
        // Then
        assertThat(floor.capacity()).isEqualTo(5);
    }

    @Test
    void scaling_goes_on_after_a_deregistration_only_when_registered_again() {
        floor.provision(2);
        register(1, 20);
        track(0.5);
        floor.run(2);
        periods(2);
        await(floor.scaling.deregister(LIVE));

        periods(5);

        assertThat(floor.capacity()).isEqualTo(2);
    }

    @Test
    void a_target_of_a_function_that_is_gone_is_left_alone() {
        floor.provision(2);
        register(1, 20);
        track(0.5);
        await(floor.functions.delete(ORDERS));

        periods(20);

        assertThat(floor.registry.scaling().find(LIVE)).isPresent();
    }

    private void register(int minimum, int maximum) {
        await(floor.scaling.register(
                LIVE, new Registration(OptionalInt.of(minimum), OptionalInt.of(maximum), Optional.empty())));
        clock.step(Duration.ofMillis(1)); // Two registrations never have the same time.
    }

    private void suspend(Suspension suspension) {
        await(floor.scaling.register(
                LIVE, new Registration(OptionalInt.of(1), OptionalInt.of(20), Optional.of(suspension))));
    }

    private void track(double target) {
        await(floor.scaling.putPolicy(
                LIVE, "follow", new TargetTrackingPolicy(target, Duration.ZERO, Duration.ZERO, false)));
    }

    private void schedule(String name, String when, OptionalInt minimum, OptionalInt maximum) {
        Optional<Instant> open = Optional.empty();
        await(floor.scaling.putAction(
                LIVE,
                name,
                new ActionChange(
                        Optional.of(when), Optional.empty(), open, open, Optional.of(new Bounds(minimum, maximum)))));
    }

    private CapacityRange range() {
        return floor.registry.scaling().find(LIVE).orElseThrow().range();
    }

    private void periods(int count) {
        for (int period = 0; period < count; period++) {
            clock.step(MINUTE);
            look();
        }
    }

    /** Twice, as the first look runs an action, and the next one scales. */
    private void stepAndLook(int seconds) {
        clock.step(Duration.ofSeconds(seconds));
        look();
        look();
    }

    private void look() {
        controller.look();
        await(controller.underWay());
    }
}
