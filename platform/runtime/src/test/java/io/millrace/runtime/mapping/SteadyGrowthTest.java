package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SteadyGrowthTest {
    private final SteadyGrowth growth = new SteadyGrowth(5, 1_250);

    private void run(int batches, long millis) {
        for (int i = 0; i < batches; i++) {
            growth.ran(Duration.ofMillis(millis).toNanos());
        }
    }

    private void wait(int seconds) {
        for (int i = 0; i < seconds; i++) {
            growth.waited();
        }
    }

    /** Seconds of a function whose batches take one, however many there are. */
    private void busy(int seconds) {
        for (int i = 0; i < seconds; i++) {
            run(growth.limit(), 1_000);
            wait(1);
        }
    }

    @Test
    void it_begins_with_five_and_does_not_grow_before_it_is_known_how_long_a_batch_takes() {
        wait(100);

        assertThat(growth.limit()).isEqualTo(5);
    }

    @Test
    void five_more_run_for_each_second_in_which_batches_wait_up_to_Lambdas_limit() {
        run(5, 1_000);
        wait(1);
        assertThat(growth.limit()).isEqualTo(10);

        busy(60);
        assertThat(growth.limit()).isBetween(200, 305);
        busy(600);
        assertThat(growth.limit()).isEqualTo(1_250);
    }

    @Test
    void twice_as_many_have_to_prove_themselves_before_there_are_more() {
        run(5, 1_000);

        wait(100);

        assertThat(growth.limit()).isEqualTo(10);
    }

    @Test
    void where_more_are_in_each_others_way_it_goes_back_and_rests() {
        run(5, 1_000);
        wait(1);

        run(20, 2_000);
        assertThat(growth.limit()).isEqualTo(5);
        run(20, 1_000);
        wait(30);
        assertThat(growth.limit()).isEqualTo(5);
        wait(1);
        assertThat(growth.limit()).isEqualTo(10);
    }

    @Test
    void quick_batches_do_not_grow_here() {
        run(100, 40);
        wait(100);

        assertThat(growth.limit()).isEqualTo(5);
    }

    @Test
    void a_failure_halves_it_and_it_is_measured_anew() {
        run(5, 1_000);
        busy(60);
        int before = growth.limit();

        growth.failed();

        assertThat(growth.limit()).isEqualTo(before / 2);
        wait(10);
        assertThat(growth.limit()).isEqualTo(before / 2);
    }
}
