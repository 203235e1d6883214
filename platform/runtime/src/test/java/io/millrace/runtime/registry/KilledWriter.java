package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process of its own that saves a function with one version and is gone at once, without closing anything; with a
 * second argument it goes in the middle of saving a second version, an alias and a layer.
 */
final class KilledWriter {
    static final FunctionName SURVIVOR = new FunctionName("survivor");

    private KilledWriter() {}

    public static void main(String[] arguments) {
        Path data = Path.of(arguments[0]);
        FunctionRegistry registry = FunctionRegistry.open(data);
        CodeReference code = registry.storeCode(Archives.with("a.txt", "a"));
        RegisteredFunction survivor = Sample.publish(RegisteredFunction.created(
                SURVIVOR,
                new FunctionConfiguration(
                        "a.B", "java17", Optional.empty(), "", Duration.ofSeconds(3), 128, 512, List.of(), Map.of()),
                Optional.of(code),
                Instant.EPOCH));
        registry.save(survivor);
        if (arguments.length > 1) {
            registry.close();
            dieInTheMiddle(data, survivor, code);
        }
        Runtime.getRuntime().halt(137);
    }

    private static void dieInTheMiddle(Path data, RegisteredFunction survivor, CodeReference code) {
        RegisteredFunction second = Sample.publish(
                survivor.withConfiguration(survivor.configuration().withDescription("changed"), Instant.EPOCH));
        RegisteredFunction aliased = AliasRules.create(second, Sample.alias("live", "2"));
        LayerVersion layer = new LayerVersion(
                "tools", 1, new LayerDescription("", Optional.empty(), List.of(), List.of()), code, Instant.EPOCH);
        RegistryDatabase.open(data.resolve("registry")).write(connection -> {
            LayerTable.insert(connection, layer);
            FunctionTable.save(connection, aliased, code);
            Runtime.getRuntime().halt(137);
        });
    }
}
