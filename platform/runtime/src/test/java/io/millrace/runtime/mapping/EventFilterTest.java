package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EventFilterTest {

    private static boolean accepts(String body, String... patterns) {
        ObjectNode record = JsonNodeFactory.instance.objectNode();
        record.put("messageId", "m").put("body", body).put("eventSource", "aws:sqs");
        return new EventFilter(List.of(patterns)).accepts(body, () -> record);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"body\":{\"n\":[3]}} | {\"n\":3} | true",
                "{\"body\":{\"n\":[3]}} | {\"n\":4} | false",
                "{\"body\":{\"n\":[3]}} | 3 | false",
                "{\"body\":{\"n\":[{\"numeric\":[\">\",1,\"<=\",5]}]}} | {\"n\":5} | true",
                "{\"body\":{\"n\":[{\"prefix\":\"a\"}]}} | {\"n\":\"ab\"} | true",
                "{\"body\":{\"n\":[{\"suffix\":\"a\"}]}} | {\"n\":\"ab\"} | false",
                "{\"body\":{\"n\":[{\"anything-but\":[\"x\"]}]}} | {\"n\":\"ab\"} | true",
                "{\"body\":{\"n\":[{\"equals-ignore-case\":\"AB\"}]}} | {\"n\":\"ab\"} | true",
                "{\"body\":{\"n\":[{\"exists\":false}]}} | {\"m\":1} | true",
                "{\"body\":{\"n\":[null]}} | {\"n\":null} | true",
                "{\"body\":{\"$or\":[{\"n\":[1]},{\"m\":[2]}]}} | {\"m\":2} | true",
                "{\"body\":{\"n\":[1],\"m\":[2]}} | {\"m\":2} | false",
                "{\"body\":[\"plain\"]} | plain | true",
                "{\"body\":[\"plain\"]} | {\"n\":1} | false",
                "{\"body\":{\"n\":[2]}} | {\"n\":1,\"n\":2} | true",
                "{\"eventSource\":[\"aws:sqs\"]} | anything | true",
                "{\"body\":{\"n\":[1]},\"eventSource\":[\"aws:sns\"]} | {\"n\":1} | false",
                "{\"$or\":[{\"body\":{\"n\":[1]}},{\"messageId\":[\"m\"]}]} | {\"n\":2} | true"
            })
    void a_pattern_decides(String pattern, String body, boolean accepted) {
        assertThat(EventFilter.isValid(pattern)).isTrue();
        assertThat(accepts(body, pattern)).isEqualTo(accepted);
    }

    @Test
    void one_of_several_patterns_is_enough_and_without_any_all_is_taken() {
        assertThat(accepts("b", "{\"body\":[\"a\"]}", "{\"body\":[\"b\"]}")).isTrue();
        assertThat(accepts("c", "{\"body\":[\"a\"]}", "{\"body\":[\"b\"]}")).isFalse();
        assertThat(accepts("c")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"n\":1e400}",
                "{\"n\":-1e-400}",
                "{\"n\":123456789012345678901234567890.5}",
                "{\"n\":{\"n\":[[],{},[[{\"n\":1}]]]}}",
                "{\"\":\"\",\"a.b\":1}",
                "{\"n\":\"\\ud800\"}",
                "{}"
            })
    void odd_bodies_are_judged_like_others(String body) {
        assertThat(accepts(body, "{\"body\":{\"n\":[{\"numeric\":[\"=\",3]}]}}"))
                .isFalse();
        assertThat(accepts(body, "{\"eventSource\":[\"aws:sqs\"]}")).isTrue();
    }

    @Test
    void bodies_that_are_nested_deeply_or_very_long_are_judged_too() {
        String pattern = "{\"body\":{\"n\":[3]}}";
        assertThat(accepts("{\"a\":".repeat(900) + "1" + "}".repeat(900), pattern))
                .isFalse();
        assertThat(accepts("{\"a\":".repeat(5000) + "1" + "}".repeat(5000), pattern))
                .isFalse();
        assertThat(accepts("{\"n\":3,\"m\":[" + "1,".repeat(200_000) + "1]}", pattern))
                .isTrue();
        assertThat(accepts("{\"n\":" + "9".repeat(2000) + "}", pattern)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text",
                "[\"text\"]",
                "{\"eventName\":\"INSERT\"}",
                "{\"body\":[[1]]}",
                "{\"body\":[{\"unknown\":1}]}",
                "{\"body\":"
            })
    void what_is_no_pattern_is_not_valid(String pattern) {
        assertThat(EventFilter.isValid(pattern)).isFalse();
    }

    @Test
    void a_pattern_of_more_alternatives_than_memory_is_refused() {
        String one = "\"%c\":{\"$or\":[{\"x\":[\"1\"]},{\"y\":[\"1\"]}]}";
        String many = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                .chars()
                .mapToObj(letter -> String.format(one, letter))
                .collect(Collectors.joining(",", "{", "}"));
        assertThat(EventFilter.isValid("{" + String.format(one, 'a') + "}")).isTrue();
        assertThat(EventFilter.isValid(many)).isFalse();
    }
}
