package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
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
        return new EventFilter(List.of(patterns)).accepts(record);
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
                "{\"eventSource\":[\"aws:sqs\"]} | anything | true"
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
}
