package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ItemFailuresTest {
    private static final Set<String> BATCH = Set.of("a", "b", "c");

    private static Optional<Set<String>> read(String response) {
        return ItemFailures.read(response.getBytes(StandardCharsets.UTF_8), BATCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"batchItemFailures\":[]}",
                "{\"batchItemFailures\":null}",
                "{}",
                "null",
                "[]",
                "\"\"",
                "",
                " ",
                "{\"statusCode\":200}"
            })
    void nothing_reported_is_a_success_however_it_is_spelt(String response) {
        assertThat(read(response)).contains(Set.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":null}]}",
                "{\"batchItemFailures\":[{}]}",
                "{\"batchItemFailures\":[null]}",
                "{\"batchItemFailures\":[\"a\"]}",
                "{\"batchItemFailures\":[{\"foo\":\"a\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":1}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"d\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"a\"},{\"itemIdentifier\":\"d\"}]}",
                "{\"batchItemFailures\":\"a\"}",
                "{\"batchItemFailures\":{\"itemIdentifier\":\"a\"}}",
                "{\"batchItemFailures\":[",
                "{} {}",
                "nothing",
                "\"a\"",
                "[1]",
                "17",
                "true"
            })
    void a_report_that_cannot_be_followed_fails_the_whole_batch(String response) {
        assertThat(read(response)).isEmpty();
    }

    @Test
    void items_of_the_batch_fail_alone() {
        assertThat(read("{\"batchItemFailures\":[{\"itemIdentifier\":\"c\"},{\"itemIdentifier\":\"a\"}],\"more\":1}"))
                .contains(Set.of("a", "c"));
    }
}
