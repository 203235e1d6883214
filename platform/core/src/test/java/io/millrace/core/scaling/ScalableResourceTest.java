package io.millrace.core.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ScalableResourceTest {

    @Test
    void a_resource_is_read_as_it_is_written() {
        assertThat(ScalableResource.parse("function:orders:live")).hasValueSatisfying(resource -> {
            assertThat(resource.function().value()).isEqualTo("orders");
            assertThat(resource.qualifier()).isEqualTo("live");
            assertThat(resource).hasToString("function:orders:live");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "orders:live", "function:orders", "function:orders:$LATEST", "function:a b:live"})
    void anything_else_is_no_resource(String text) {
        assertThat(ScalableResource.parse(text)).isEmpty();
    }
}
