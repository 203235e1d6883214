package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A process of its own that saves one function and is gone at once, without closing anything. */
final class KilledWriter {
    private KilledWriter() {}

    public static void main(String[] arguments) {
        FunctionRegistry registry = FunctionRegistry.open(Path.of(arguments[0]));
        CodeReference code = registry.storeCode(Archives.with("a.txt", "a"));
        registry.save(RegisteredFunction.created(
                new FunctionName("survivor"),
                new FunctionConfiguration(
                        "a.B", "java17", Optional.empty(), "", Duration.ofSeconds(3), 128, 512, List.of(), Map.of()),
                Optional.of(code),
                Instant.EPOCH));
        Runtime.getRuntime().halt(137);
    }
}
