package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BatchAgesTest {
    private final AtomicLong nanos = new AtomicLong();
    private final BatchAges ages = new BatchAges(nanos::get);

    private void pass(int seconds) {
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    @Test
    void a_batch_that_hangs_grows_older_and_the_oldest_of_all_lanes_counts() {
        ages.begun("one", Duration.ofSeconds(10));
        ages.begun("other", Duration.ofSeconds(3));
        pass(100);
        assertThat(ages.oldest()).contains(Duration.ofSeconds(110));
    }

    @Test
    void a_batch_that_is_done_is_shown_as_it_was_for_a_minute() {
        ages.begun("one", Duration.ofSeconds(10));
        pass(5);
        ages.done("one");
        pass(59);
        assertThat(ages.oldest()).contains(Duration.ofSeconds(10));
        pass(1);
        assertThat(ages.oldest()).isEmpty();
    }

    @Test
    void a_lane_that_nobody_works_in_has_no_age() {
        ages.begun("one", Duration.ofSeconds(10));
        ages.begun("other", Duration.ofSeconds(3));
        ages.left("one");
        assertThat(ages.oldest()).contains(Duration.ofSeconds(3));
        ages.allLeft();
        assertThat(ages.oldest()).isEmpty();
    }
}
