package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BatchConcurrencyTest {
    private final BatchConcurrency concurrency = new BatchConcurrency(OptionalInt.empty());

    private void run(int batches, long millis, boolean othersWait) {
        for (int i = 0; i < batches; i++) {
            concurrency.ran(Duration.ofMillis(millis).toNanos(), othersWait, 100);
        }
    }

    @Test
    void it_begins_with_five_and_goes_up_while_quick_batches_keep_others_waiting() {
        assertThat(concurrency.limit()).isEqualTo(5);

        run(1, 1, true);
        assertThat(concurrency.limit()).isEqualTo(6);
        run(100, 1, true);
        assertThat(concurrency.limit()).isEqualTo(32);
    }

    @Test
    void batches_that_nobody_waits_for_or_that_take_their_time_change_nothing() {
        run(100, 1, false);
        run(100, 75, true);

        assertThat(concurrency.limit()).isEqualTo(5);
    }

    @Test
    void slow_batches_bring_it_down_to_five_again() {
        run(10, 1, true);

        run(3, 150, true);
        assertThat(concurrency.limit()).isEqualTo(12);
        run(100, 150, true);
        assertThat(concurrency.limit()).isEqualTo(5);
    }

    @Test
    void a_failure_brings_it_down_at_once() {
        run(100, 1, true);

        concurrency.failed();

        assertThat(concurrency.limit()).isEqualTo(5);
    }

    @Test
    void a_mapping_that_says_how_many_always_gets_them() {
        BatchConcurrency said = new BatchConcurrency(OptionalInt.of(2));

        said.ran(1, true, 100);
        assertThat(said.limit()).isEqualTo(2);
        said.failed();
        assertThat(said.limit()).isEqualTo(2);
    }
}
