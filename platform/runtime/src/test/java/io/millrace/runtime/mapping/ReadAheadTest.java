package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ReadAheadTest {
    private static final int SMALL = 10_000;

    private final ReadAhead ahead = new ReadAhead(0);

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    @Test
    void nothing_is_read_ahead_until_it_is_known_what_runs() {
        ahead.ran(10, SMALL, millis(50));

        assertThat(ahead.messages()).isZero();
    }

    @Test
    void so_much_is_read_ahead_as_ran_in_a_tenth_of_a_second() {
        ahead.ran(100, SMALL, millis(60));
        ahead.ran(100, SMALL, millis(100));
        assertThat(ahead.messages()).isEqualTo(200);

        ahead.ran(10, SMALL, millis(1_100));
        assertThat(ahead.messages()).as("one batch in a second").isEqualTo(1);
    }

    @Test
    void neither_many_messages_nor_large_ones_fill_the_memory() {
        ahead.ran(1_000_000, SMALL, millis(100));
        assertThat(ahead.messages()).isEqualTo(2_000);

        ahead.ran(500, 500 * 1024 * 1024, millis(200));
        assertThat(ahead.messages()).as("of a megabyte each").isEqualTo(16);
    }

    @Test
    void after_a_pause_it_is_not_known_any_more() {
        ahead.ran(200, SMALL, millis(100));

        ahead.forget();

        assertThat(ahead.messages()).isZero();
    }
}
