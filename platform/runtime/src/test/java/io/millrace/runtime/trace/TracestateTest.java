package io.millrace.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TracestateTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=1",
                "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
                "1tenant@system=x",
                "a=b c",
                "a/b*c-d_e=!\"#$%&'()+;:<>?@[]^`{|}~"
            })
    void what_is_well_formed_comes_through_as_it_was(String state) {
        assertThat(Tracestate.checked(state)).contains(state);
        assertThat(Tracestate.escaped(state)).doesNotContain(";", ",", " ", "=");
        assertThat(Tracestate.unescaped(Tracestate.escaped(state))).isEqualTo(state);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ",", "a", "a=", "=1", "A=1", "a=1=2", "a=1,a=2", "a=\u00e9", "a=\t1", "a@B=1", "@a=1", "1a=1"
            })
    void what_is_malformed_or_empty_is_dropped(String state) {
        assertThat(Tracestate.checked(state)).isEmpty();
    }

    @Test
    void blanks_and_empty_members_between_do_not_count() {
        assertThat(Tracestate.checked(" a=1 ,, b=2,")).contains("a=1,b=2");
    }

    @Test
    void more_than_32_members_are_malformed() {
        assertThat(Tracestate.checked(members(32))).contains(members(32));
        assertThat(Tracestate.checked(members(33))).isEmpty();
    }

    private static String members(int many) {
        return IntStream.range(0, many).mapToObj(n -> "k" + n + "=v").collect(Collectors.joining(","));
    }

    @Test
    void of_more_than_512_characters_long_members_go_first_and_then_the_last_ones() {
        String longest = "long=" + "x".repeat(200);
        String four = IntStream.range(0, 4)
                .mapToObj(n -> "k" + n + "=" + "y".repeat(97))
                .collect(Collectors.joining(","));
        assertThat(Tracestate.checked(longest + "," + four)).contains(four);

        String six = IntStream.range(0, 6)
                .mapToObj(n -> "k" + n + "=" + "y".repeat(97))
                .collect(Collectors.joining(","));
        assertThat(Tracestate.checked(six)).contains(six.substring(0, 5 * 100 + 4));
    }

    @Test
    void whatever_stands_in_a_header_is_read_without_an_error() {
        for (String text : new String[] {"%", "%4", "%zz", "a%3", "%3d%", ""}) {
            assertThat(Tracestate.unescaped(text)).isNotNull();
        }
    }
}
