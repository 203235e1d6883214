package io.millrace.runtime.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JsonDifferenceTest {
    private static Optional<String> first(String one, String other) {
        return JsonDifference.first(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'a':1,'b':[1,2]} | { 'b':[1.0,2e0], 'a':10e-1 }",
                "'é' | '\\u00e9'",
                "null | null ",
                "123456789012345678901234567890 | 123456789012345678901234567890.0",
                "no json | no json"
            })
    void spelling_order_and_space_are_no_difference(String one, String other) {
        assertThat(first(one.replace('\'', '"'), other.replace('\'', '"'))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            nullValues = "-",
            value = {
                "1 | 2 | -",
                "1 | '1' | -",
                "{'a':null} | {} | /a",
                "{'a':{'b':[1,2]}} | {'a':{'b':[1,3]}} | /a/b/1",
                "[1] | [1,2] | /1",
                "[1,2] | [1] | /1",
                "{'a/b':1} | {'a/b':2} | /a~1b",
                "0.1 | 0.10000000000000001 | -",
                "[] | {} | -",
                "1 | 1 1 | -",
                "{ | {} | -"
            })
    void the_first_difference_is_told_by_its_place(String one, String other, String at) {
        assertThat(first(one.replace('\'', '"'), other.replace('\'', '"'))).contains(at == null ? "" : at);
    }

    @Test
    void what_cannot_be_read_as_JSON_is_compared_byte_by_byte() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertThat(first(deep, deep)).isEmpty();
        assertThat(first(deep, deep + " ")).contains("");
        assertThat(first("", " ")).contains("");
    }
}
