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
import java.util.regex.Pattern;

/** The members that make a function's configuration, checked as Lambda checks them (lambda-semantics 5.2, 6.1). */
final class ConfigurationMembers {
    private static final Pattern ROLE =
            Pattern.compile("arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
    private static final Pattern HANDLER = Pattern.compile("[^\\s]+");
    private static final List<String> ARCHITECTURES = List.of(FunctionConfiguration.DEFAULT_ARCHITECTURE, "arm64");
    private static final int LARGEST_STORAGE_MEGABYTES = 10_240;

    private ConfigurationMembers() {}

    /** @throws LambdaApiException for what is missing or out of range */
    static FunctionConfiguration complete(Members members, FunctionSettings defaults) {
        check(members);
        if (!members.has("Handler") || !members.has("Runtime")) {
            throw new InvalidParameterValueException("Runtime and Handler are mandatory parameters for functions"
                    + " created with deployment packages.");
        }
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
        check(members);
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

    private static void check(Members members) {
        Constraints constraints = new Constraints();
        members.text("Role").ifPresent(role -> constraints.pattern("role", role, ROLE));
        members.text("Handler")
                .ifPresent(handler ->
                        constraints.length("handler", handler, 0, 128).pattern("handler", handler, HANDLER));
        members.text("Description").ifPresent(text -> constraints.length("description", text, 0, 256));
        members.integer("Timeout").ifPresent(seconds -> constraints.between("timeout", seconds, 1, 900));
        members.integer("MemorySize").ifPresent(size -> constraints.between("memorySize", size, 128, 10_240));
        if (members.has("EphemeralStorage")) {
            constraints.notNull("ephemeralStorage.size", storage(members).isPresent());
        }
        storage(members)
                .ifPresent(size -> constraints.between("ephemeralStorage.size", size, 512, LARGEST_STORAGE_MEGABYTES));
        checkArchitecture(members, constraints);
        members.list("Layers").ifPresent(arns -> LayerArns.check(arns, constraints));
        EnvironmentMembers.check(members, constraints);
        constraints.check();
        members.text("Runtime").ifPresent(Runtimes::requireRunnable);
    }

    /** Of UpdateFunctionCode, which may change the architecture along with the code. */
    static Optional<String> checkedArchitecture(Members members) {
        Constraints constraints = new Constraints();
        checkArchitecture(members, constraints);
        constraints.check();
        return architecture(members);
    }

    private static void checkArchitecture(Members members, Constraints constraints) {
        members.list("Architectures")
                .ifPresent(list ->
                        constraints.listSize("architectures", list, 1, 1).listOf("architectures", list, ARCHITECTURES));
    }

    private static Optional<Integer> storage(Members members) {
        return members.object("EphemeralStorage").flatMap(storage -> storage.integer("Size"));
    }

    private static Optional<String> architecture(Members members) {
        return members.list("Architectures").map(list -> list.get(0));
    }

    private static Optional<Duration> timeout(Members members) {
        return members.integer("Timeout").map(Duration::ofSeconds);
    }
}
