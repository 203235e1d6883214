package io.millrace.examples.earthquakes.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.examples.earthquakes.demo.CauseTable.Cause;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CauseTableTest {
    private static final Cause BLASTS = new Cause(
            28,
            "io.millrace.examples.earthquakes.NotAnEarthquakeException",
            "type of ci38100536 is 'quarry blast', expected 'earthquake'");
    private static final Cause NEGATIVE =
            new Cause(44, "NegativeMagnitudeException", "magnitude of nc1 is -0.8, expected 0 or more");

    @Test
    void causes_are_listed_by_frequency_and_summed_up() {
        assertThat(new CauseTable(new Screen(true, true))
                        .render(List.of(BLASTS, NEGATIVE))
                        .lines())
                .containsExactly(
                        "count │ cause                      │ for example",
                        "──────┼────────────────────────────┼────────────────────────────────────────────",
                        "   44 │ NegativeMagnitudeException │ magnitude of nc1 is -0.8, expected 0 or mo…",
                        "   28 │ NotAnEarthquakeException   │ type of ci38100536 is 'quarry blast', expe…",
                        "──────┼────────────────────────────┼────────────────────────────────────────────",
                        "   72 │ dead letters               │");
    }

    @Test
    void a_plain_screen_gets_plain_lines() {
        assertThat(new CauseTable(new Screen(true, false))
                        .render(List.of(BLASTS))
                        .lines())
                .containsExactly(
                        "count | cause                    | for example",
                        "------+--------------------------+--------------------------------------------",
                        "   28 | NotAnEarthquakeException | type of ci38100536 is 'quarry blast', ex...",
                        "------+--------------------------+--------------------------------------------",
                        "   28 | dead letters             |");
    }

    @Test
    void our_own_causes_fit_80_columns() {
        assertThat(new CauseTable(new Screen(true, true))
                        .render(List.of(BLASTS, NEGATIVE))
                        .lines())
                .allMatch(line -> line.length() <= 80);
    }

    @Test
    void a_message_cannot_break_the_table_or_steer_the_terminal() {
        Cause hostile = new Cause(1, "E", "a\nb\u001b[2Jc");
        assertThat(new CauseTable(new Screen(true, true)).render(List.of(hostile)))
                .contains("a b [2Jc")
                .doesNotContain("\u001b");
    }

    @Test
    void no_dead_letters_are_a_sum_of_zero() {
        assertThat(new CauseTable(new Screen(true, true))
                        .render(List.of())
                        .lines()
                        .toList())
                .last()
                .isEqualTo("    0 │ dead letters │");
    }
}
