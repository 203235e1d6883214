package io.millrace.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.registry.FunctionAdministrationException.InvalidCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LayerShelfTest {
    private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:layer:";
    private static final LayerDescription ABOUT =
            new LayerDescription("tools", Optional.of("MIT"), List.of("java17", "python3.12"), List.of("x86_64"));
    private static final byte[] ARCHIVE = Archives.with("bin/tool", "tool");

    private final Path data;

    LayerShelfTest(@TempDir Path data) {
        this.data = data;
    }

    @Test
    void versions_are_numbered_and_kept_over_a_restart() {
        LayerVersion first;
        LayerVersion second;
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            first = publish(registry, "tools");
            second = publish(registry, "tools");
            publish(registry, "another");
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            LayerAdministration layers = registry.layers();
            assertThat(first).isEqualTo(new LayerVersion("tools", 1, ABOUT, first.code(), Sample.NOON));
            assertThat(layers.find("tools", 1)).contains(first);
            assertThat(layers.versions("tools")).containsExactly(second, first);
            assertThat(layers.newest()).extracting(LayerVersion::layer).containsExactly("another", "tools");
            assertThat(layers.versions("none")).isEmpty();
        }
    }

    @Test
    void a_number_is_never_given_twice_even_when_all_were_deleted() {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            publish(registry, "tools");
            publish(registry, "tools");
            registry.layers().delete("tools", 1);
            registry.layers().delete("tools", 2);
            registry.layers().delete("tools", 9);
            registry.layers().delete("none", 1);
            assertThat(registry.layers().newest()).isEmpty();
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.layers().find("tools", 2)).isEmpty();
            assertThat(publish(registry, "tools").number()).isEqualTo(3);
        }
    }

    @Test
    void a_function_goes_on_with_a_version_that_was_deleted() {
        Path file;
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            LayerVersion version = publish(registry, "tools");
            file = registry.codeFile(version.code());
            registry.save(with(Sample.function(), ARN + "tools:1"));
            registry.layers().delete("tools", 1);
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.layers().find("tools", 1)).isEmpty();
            assertThat(registry.layers().layerFiles(List.of(ARN + "tools:1"))).containsExactly(file);
            assertThat(file).exists();
            // A published version needs it as well.
            registry.save(with(Sample.publish(registry.find(Sample.ORDERS).orElseThrow())));
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(file).exists();
            registry.delete(Sample.ORDERS);
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.layers().newest()).isEmpty();
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void files_come_in_the_order_of_the_arns() {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            LayerVersion one = publish(registry, "one");
            LayerVersion two =
                    registry.layers().publish("two", ABOUT, Archives.with("bin/other", "other"), Sample.NOON);

            assertThat(registry.layers().layerFiles(List.of(ARN + "two:1", ARN + "one:1")))
                    .containsExactly(registry.codeFile(two.code()), registry.codeFile(one.code()));
            assertThatThrownBy(() -> registry.layers().layerFiles(List.of(ARN + "one:2")))
                    .hasMessage("layer version '" + ARN + "one:2' was never published here, expected one that was");
        }
    }

    @Test
    void what_is_not_a_zip_is_no_layer() {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThatThrownBy(() -> registry.layers()
                            .publish("tools", ABOUT, "nonsense".getBytes(StandardCharsets.UTF_8), Sample.NOON))
                    .isInstanceOf(InvalidCode.class);
            assertThat(registry.layers().newest()).isEmpty();
            assertThat(publish(registry, "tools").number()).isEqualTo(1);
        }
    }

    private static LayerVersion publish(FunctionRegistry registry, String layer) {
        return registry.layers().publish(layer, ABOUT, ARCHIVE, Sample.NOON);
    }

    private static RegisteredFunction with(RegisteredFunction function, String... layers) {
        FunctionConfiguration configuration = function.configuration();
        return function.withConfiguration(
                new FunctionConfiguration(
                        configuration.handler(),
                        configuration.runtime(),
                        configuration.role(),
                        configuration.description(),
                        configuration.timeout(),
                        configuration.memorySizeMegabytes(),
                        1024,
                        "arm64",
                        List.of(layers),
                        Map.of()),
                Sample.NOON);
    }
}
