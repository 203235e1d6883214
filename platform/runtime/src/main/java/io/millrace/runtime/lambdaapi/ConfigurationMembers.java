package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.config.FunctionSettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.registry.FunctionConfiguration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The members that make a function's configuration, with the rules that are about several of them (lambda-semantics 6.1). */
final class ConfigurationMembers {
    private ConfigurationMembers() {}

    /** @throws LambdaApiException for what is missing or out of range */
    static FunctionConfiguration complete(Members members, FunctionSettings defaults) {
        if (!members.has("Handler") || !members.has("Runtime")) {
            throw new InvalidParameterValueException("Runtime and Handler are mandatory parameters for functions"
                    + " created with deployment packages.");
        }
        members.text("Runtime").ifPresent(Runtimes::requireRunnable);
        return new FunctionConfiguration(
                members.text("Handler").orElseThrow(),
                members.text("Runtime").orElseThrow(),
                members.text("Role"),
                members.text("Description").orElse(""),
                timeout(members).orElse(defaults.timeout()),
                members.integer("MemorySize").orElse(defaults.memorySizeMegabytes()),
                storage(members).orElse(FunctionDefinition.DEFAULT_EPHEMERAL_STORAGE_MEGABYTES),
                architecture(members).orElse(FunctionConfiguration.DEFAULT_ARCHITECTURE),
                members.list("Layers").orElse(List.of()),
                EnvironmentMembers.read(members).orElse(Map.of()));
    }

    /**
     * What to do to a configuration; members that are absent leave it as it is.
     *
     * @throws LambdaApiException for what is out of range
     */
    static UnaryOperator<FunctionConfiguration> change(Members members) {
        members.text("Runtime").ifPresent(Runtimes::requireRunnable);
        Optional<Map<String, String>> environment = EnvironmentMembers.read(members);
        return current -> new FunctionConfiguration(
                members.text("Handler").orElse(current.handler()),
                members.text("Runtime").orElse(current.runtime()),
                members.text("Role").or(current::role),
                members.text("Description").orElse(current.description()),
                timeout(members).orElse(current.timeout()),
                members.integer("MemorySize").orElse(current.memorySizeMegabytes()),
                storage(members).orElse(current.ephemeralStorageMegabytes()),
                architecture(members).orElse(current.architecture()),
                members.list("Layers").orElse(current.layers()),
                environment.orElse(current.environment()));
    }

    private static Optional<Integer> storage(Members members) {
        return members.object("EphemeralStorage").flatMap(storage -> storage.integer("Size"));
    }

    /** Of UpdateFunctionCode too, which may change the architecture along with the code. */
    static Optional<String> architecture(Members members) {
        return members.list("Architectures").map(list -> list.get(0));
    }

    private static Optional<Duration> timeout(Members members) {
        return members.integer("Timeout").map(Duration::ofSeconds);
    }
}
