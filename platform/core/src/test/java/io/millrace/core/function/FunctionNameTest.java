package io.millrace.core.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FunctionNameTest {
    private static final String LONGEST = "x".repeat(64);

    @ParameterizedTest
    @ValueSource(strings = {"a", "orders", "Orders-2_b", "-", "_", "0"})
    void letters_digits_hyphens_and_underscores_make_a_name(String name) {
        assertThat(new FunctionName(name)).hasToString(name);
    }

    @Test
    void sixty_four_characters_are_allowed_and_one_more_is_not() {
        assertThat(new FunctionName(LONGEST).value()).hasSize(64);
        assertThatThrownBy(() -> new FunctionName(LONGEST + "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a.b", "a b", "a:1", "ä", "a/b", "a\n", "$LATEST"})
    void anything_else_is_refused_by_its_value(String name) {
        assertThatThrownBy(() -> new FunctionName(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("function name is '" + name + "', expected 1 to 64 of letters, digits, - and _");
    }

    @Test
    void names_sort_as_their_text_does() {
        assertThat(new FunctionName("a")).isLessThan(new FunctionName("b"));
    }
}
