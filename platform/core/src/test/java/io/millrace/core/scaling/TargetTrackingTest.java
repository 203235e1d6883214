package io.millrace.core.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule was seen to fail once when it was written. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TargetTrackingTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final CapacityRange WIDE = new CapacityRange(1, 1000);

    private final SteppedClock clock = new SteppedClock();

    @Test
    void the_third_datapoint_in_a_row_above_the_target_scales_out() {
        var tracking = tracking(policy(0.7));

        assertThat(next(tracking, 9, 10, 2)).isEmpty();
        assertThat(next(tracking, 9, 10)).hasValue(13);
    }

    @Test
    void a_datapoint_at_the_target_is_not_above_it_and_ends_the_row() {
        var tracking = tracking(policy(0.7));
        next(tracking, 9, 10, 2);

        assertThat(next(tracking, 7, 10)).isEmpty();
        assertThat(next(tracking, 9, 10, 2)).isEmpty();
        assertThat(next(tracking, 9, 10)).hasValue(13);
    }

    @Test
    void the_fifteenth_datapoint_in_a_row_below_90_percent_of_the_target_scales_in() {
        var tracking = tracking(policy(0.7));

        assertThat(next(tracking, 31, 50, 14)).isEmpty();
        assertThat(next(tracking, 31, 50)).hasValue(45);
    }

    @Test
    void between_90_percent_of_the_target_and_the_target_nothing_changes() {
        var tracking = tracking(policy(0.7));

        assertThat(next(tracking, 63, 100, 60)).isEmpty();
        assertThat(next(tracking, 62, 100, 14)).isEmpty();
        assertThat(next(tracking, 63, 100)).isEmpty();
        assertThat(next(tracking, 62, 100, 14)).isEmpty();
        assertThat(next(tracking, 62, 100)).hasValue(89);
    }

    @Test
    void scaling_in_leaves_what_the_busiest_of_the_low_datapoints_needs() {
        var tracking = tracking(policy(0.5));
        next(tracking, 40, 100);

        assertThat(next(tracking, 1, 100, 13)).isEmpty();
        assertThat(next(tracking, 1, 100)).hasValue(80);
        assertThat(next(tracking, 1, 100)).hasValue(2);
    }

    @Test
    void an_idle_function_keeps_one_environment_however_low_the_range() {
        var tracking = tracking(policy(0.7));
        var range = new CapacityRange(0, 10);

        OptionalInt last = OptionalInt.empty();
        for (int period = 0; period < 15; period++) {
            last = tracking.next(new Datapoint(0, 5), 5, range);
        }

        assertThat(last).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({"1, 0.1, 10", "21, 0.7, 30", "14, 0.7, 20", "7, 0.7, 10", "8, 0.7, 12", "9, 0.9, 10", "3, 0.3, 10"})
    void what_is_needed_is_rounded_up_from_the_exact_quotient(int inUse, double target, int needed) {
        assertThat(policy(target).needed(new Datapoint(inUse, inUse))).isEqualTo(needed);
    }

    @Test
    void capacity_stays_within_the_range() {
        var out = tracking(policy(0.5));
        var in = tracking(policy(0.5));
        var range = new CapacityRange(4, 12);

        OptionalInt high = OptionalInt.empty();
        OptionalInt low = OptionalInt.empty();
        for (int period = 0; period < 15; period++) {
            high = out.next(new Datapoint(10, 10), 10, range);
            low = in.next(new Datapoint(0, 10), 10, range);
        }

        assertThat(high).hasValue(12);
        assertThat(low).hasValue(4);
    }

    @Test
    void a_capacity_above_the_range_is_not_made_smaller_by_load() {
        var tracking = tracking(policy(0.5));
        var range = new CapacityRange(1, 5);

        for (int period = 0; period < 10; period++) {
            assertThat(tracking.next(new Datapoint(10, 10), 10, range)).isEmpty();
        }
    }

    @Test
    void environments_that_are_still_being_initialised_are_not_asked_for_twice() {
        // Given
        var tracking = tracking(policy(0.5));
        next(tracking, 10, 10, 2);
        assertThat(next(tracking, 10, 10)).hasValue(20);
        tracking.changed(10, 20);
        // When: 20 are configured, 10 of them are there
        OptionalInt again = tracking.next(new Datapoint(10, 10), 20, WIDE);
        // Then
        assertThat(again).isEmpty();
    }

    @Test
    void while_a_scale_out_cools_down_only_a_larger_one_follows() {
        // Given
        var tracking = tracking(new TargetTrackingPolicy(0.5, MINUTE, Duration.ZERO, false));
        next(tracking, 10, 10, 2);
        assertThat(next(tracking, 10, 10)).hasValue(20);
        tracking.changed(10, 20);
        // When, Then: 10 were added
        assertThat(next(tracking, 15, 20)).isEmpty();
        assertThat(next(tracking, 16, 20)).hasValue(32);
        clock.step(MINUTE);
        assertThat(next(tracking, 15, 20)).hasValue(30);
    }

    @Test
    void while_a_scale_in_cools_down_none_follows() {
        // Given
        var tracking = tracking(new TargetTrackingPolicy(0.5, Duration.ZERO, MINUTE, false));
        next(tracking, 20, 100, 14);
        assertThat(next(tracking, 20, 100)).hasValue(40);
        tracking.changed(100, 40);
        // When, Then
        assertThat(next(tracking, 5, 40, 20)).isEmpty();
        clock.step(MINUTE);
        assertThat(next(tracking, 5, 40)).hasValue(10);
    }

    @Test
    void a_scale_out_ends_the_cooldown_of_a_scale_in() {
        // Given
        var tracking = tracking(new TargetTrackingPolicy(0.5, Duration.ZERO, MINUTE, false));
        tracking.changed(100, 40);
        tracking.changed(40, 80);
        // When
        OptionalInt asked = next(tracking, 8, 80, 15);
        // Then
        assertThat(asked).hasValue(16);
    }

    @Test
    void a_change_that_did_not_succeed_starts_no_cooldown() {
        var tracking = tracking(new TargetTrackingPolicy(0.5, MINUTE, MINUTE, false));

        next(tracking, 10, 10, 2);
        assertThat(next(tracking, 10, 10)).hasValue(20);
        assertThat(next(tracking, 10, 10)).hasValue(20);
    }

    @Test
    void with_scale_in_disabled_capacity_only_grows() {
        var tracking = tracking(new TargetTrackingPolicy(0.5, Duration.ZERO, Duration.ZERO, true));

        assertThat(next(tracking, 0, 10, 30)).isEmpty();
        next(tracking, 10, 10, 2);
        assertThat(next(tracking, 10, 10)).hasValue(20);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.09, 0.91, 0, 1, -1, Double.NaN})
    void a_target_outside_of_what_Application_Auto_Scaling_allows_is_refused(double target) {
        assertThatThrownBy(() -> policy(target))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("target is " + target + ", expected 0.1 to 0.9");
    }

    private TargetTracking tracking(TargetTrackingPolicy policy) {
        return new TargetTracking(policy, clock);
    }

    private static TargetTrackingPolicy policy(double target) {
        return new TargetTrackingPolicy(target, Duration.ZERO, Duration.ZERO, false);
    }

    private static OptionalInt next(TargetTracking tracking, int inUse, int available) {
        return next(tracking, inUse, available, 1);
    }

    /** The same datapoint several times, all environments being available; the last answer. */
    private static OptionalInt next(TargetTracking tracking, int inUse, int available, int times) {
        OptionalInt last = OptionalInt.empty();
        for (int period = 0; period < times; period++) {
            last = tracking.next(new Datapoint(inUse, available), available, WIDE);
        }
        return last;
    }
}
