package io.millrace.core.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LineageTest {
    private static final String KEY = Lineage.key("arn:aws:lambda:us-east-1:000000000000:function:orders");

    @Test
    void the_key_is_the_start_of_the_digest_of_the_arn() {
        assertThat(KEY).matches("[0-9a-f]{8}");
        assertThat(Lineage.key("arn:aws:lambda:us-east-1:000000000000:function:bills"))
                .isNotEqualTo(KEY);
    }

    @Test
    void a_chain_without_a_trace_begins_with_one() {
        assertThat(Lineage.continued(Optional.empty(), KEY))
                .matches("Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=" + KEY + ":1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            textBlock =
                    """
            Root=1-2-3                              > Root=1-2-3;Lineage=KEY:1
            Root=1-2-3;Sampled=1                    > Root=1-2-3;Sampled=1;Lineage=KEY:1
            Root=1-2-3;Lineage=a87bd80c:5           > Root=1-2-3;Lineage=a87bd80c:5|KEY:1
            Root=1-2-3;Lineage=KEY:1|a87bd80c:5;A=b > Root=1-2-3;Lineage=a87bd80c:5|KEY:2;A=b
            Lineage=KEY:15                          > Lineage=KEY:16
            Root=1;Lineage=1:a87bd80c:0             > Root=1;Lineage=1:a87bd80c:0|KEY:1
            Root=1;Lineage=                         > Root=1;Lineage=KEY:1
            MyLineage=KEY:7                         > MyLineage=KEY:7;Lineage=KEY:1
            """)
    void a_run_adds_one_to_its_functions_count_and_keeps_what_else_there_is(String before, String after) {
        String trace = before.replace("KEY", KEY);

        assertThat(Lineage.continued(Optional.of(trace), KEY)).isEqualTo(after.replace("KEY", KEY));
    }

    @Test
    void counts_are_read_back() {
        String trace = "Root=1";
        for (int run = 1; run <= Lineage.MOST_RUNS; run++) {
            trace = Lineage.continued(Optional.of(trace), KEY);
            assertThat(Lineage.runs(trace, KEY)).isEqualTo(run);
        }
        assertThat(Lineage.runs(trace, "a87bd80c")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Root=1",
                "Lineage=KEY",
                "Lineage=KEY:",
                "Lineage=KEY:-1",
                "Lineage=KEY:99999999999",
                "Lineage=KEY:x"
            })
    void what_is_no_count_counts_nothing(String trace) {
        assertThat(Lineage.runs(trace.replace("KEY", KEY), KEY)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Root=1\r\nX: y", "Root=é", "\u0000", " "})
    void what_cannot_stand_in_a_header_is_no_trace(String trace) {
        assertThat(Lineage.continued(Optional.of(trace), KEY))
                .startsWith("Root=1-")
                .doesNotContain("\n", "é");
    }
}
