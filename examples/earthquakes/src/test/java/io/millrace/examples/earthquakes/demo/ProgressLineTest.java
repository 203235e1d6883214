package io.millrace.examples.earthquakes.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ProgressLineTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final String END = System.lineSeparator();

    @Test
    void a_terminal_gets_a_bar_that_writes_over_the_one_before() {
        ProgressLine line = new ProgressLine(new Screen(true, true), 1707);
        assertThat(line.next(new Accounting(1707, 851, 3, 2, 850, 1, 0), SECOND))
                .hasValue("\r\u001b[K█████░░░░░░░  49% of 1707  850 succeeded  3 delayed  1 dead-lettered  851/s");
    }

    @Test
    void the_last_line_on_a_terminal_stays() {
        ProgressLine line = new ProgressLine(new Screen(true, false), 1707);
        assertThat(line.next(new Accounting(1707, 0, 0, 0, 1635, 72, 0), Duration.ofSeconds(2)))
                .hasValue("\r\u001b[K############ 100% of 1707  1635 succeeded  0 delayed  72 dead-lettered  853/s"
                        + END);
    }

    @Test
    void a_terminal_of_80_columns_holds_the_longest_line() {
        ProgressLine line = new ProgressLine(new Screen(true, true), 1707);
        String longest = line.next(new Accounting(1707, 0, 72, 0, 1635, 0, 0), Duration.ofMillis(200))
                .orElseThrow();
        assertThat(longest.substring("\r\u001b[K".length())).hasSizeLessThanOrEqualTo(80);
    }

    @Test
    void a_log_gets_one_line_per_tenth_of_the_way() {
        ProgressLine line = new ProgressLine(new Screen(false, false), 100);
        assertThat(line.next(succeeded(0), SECOND))
                .hasValue("  0% of 100  0 succeeded  0 delayed  0 dead-lettered  0/s" + END);
        assertThat(line.next(succeeded(9), SECOND)).isEmpty();
        assertThat(line.next(succeeded(10), SECOND))
                .hasValue(" 10% of 100  10 succeeded  0 delayed  0 dead-lettered  10/s" + END);
        assertThat(line.next(succeeded(100), SECOND)).isPresent();
        assertThat(line.next(succeeded(100), SECOND)).isEmpty();
    }

    @Test
    void no_time_passed_is_no_division_by_zero() {
        ProgressLine line = new ProgressLine(new Screen(false, false), 10);
        assertThat(line.next(new Accounting(10, 9, 0, 0, 1, 0, 0), Duration.ZERO))
                .isPresent();
    }

    @Test
    void a_total_of_nothing_is_refused() {
        assertThatThrownBy(() -> new ProgressLine(new Screen(true, true), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("total of a progress line is 0, expected 1 or more");
    }

    private static Accounting succeeded(long events) {
        return new Accounting(100, 100 - events, 0, 0, events, 0, 0);
    }
}
