package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.config.FunctionSettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.registry.FunctionConfiguration;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** The members that make a function's configuration, checked as Lambda checks them (lambda-semantics 5.2, 6.1). */
final class ConfigurationMembers {
    /** What the execution environments of this platform can run. */
    private static final List<String> RUNTIMES = List.of(
            "java8.al2", "java8.al2023", "java11", "java11.al2023", "java17", "java17.al2023", "java21", "java25");

    private static final Pattern ROLE =
            Pattern.compile("arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
    private static final Pattern HANDLER = Pattern.compile("[^\\s]+");
    private static final Pattern VARIABLE = Pattern.compile("[a-zA-Z]([a-zA-Z0-9_])+");
    private static final int ENVIRONMENT_BYTES = 4096;
    private static final Set<String> RESERVED_VARIABLES = Set.of(
            "AWS_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_DEFAULT_REGION",
            "AWS_EXECUTION_ENV",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_LAMBDA_FUNCTION_VERSION",
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "AWS_LAMBDA_RUNTIME_API",
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "LAMBDA_RUNTIME_DIR",
            "LAMBDA_TASK_ROOT");

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
                FunctionDefinition.DEFAULT_EPHEMERAL_STORAGE_MEGABYTES,
                List.of(),
                environment(members).orElse(Map.of()));
    }

    /**
     * What to do to a configuration; members that are absent leave it as it is.
     *
     * @throws LambdaApiException for what is out of range
     */
    static UnaryOperator<FunctionConfiguration> change(Members members) {
        check(members);
        Optional<Map<String, String>> environment = environment(members);
        return current -> new FunctionConfiguration(
                members.text("Handler").orElse(current.handler()),
                members.text("Runtime").orElse(current.runtime()),
                members.text("Role").or(current::role),
                members.text("Description").orElse(current.description()),
                timeout(members).orElse(current.timeout()),
                members.integer("MemorySize").orElse(current.memorySizeMegabytes()),
                current.ephemeralStorageMegabytes(),
                current.layers(),
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
        variables(members)
                .keySet()
                .forEach(name -> constraints.pattern("environment.variables." + name + ".member", name, VARIABLE));
        constraints.check();
        members.text("Runtime").ifPresent(ConfigurationMembers::requireRunnable);
    }

    private static void requireRunnable(String runtime) {
        if (!RUNTIMES.contains(runtime)) {
            throw new InvalidParameterValueException("Value " + runtime + " at 'runtime' failed to satisfy constraint:"
                    + " Member must satisfy enum value set: [" + String.join(", ", RUNTIMES) + "] or be a valid ARN");
        }
    }

    private static Optional<Duration> timeout(Members members) {
        return members.integer("Timeout").map(Duration::ofSeconds);
    }

    private static Optional<Map<String, String>> environment(Members members) {
        if (!members.has("Environment")) {
            return Optional.empty();
        }
        Map<String, String> variables = variables(members);
        Set<String> reserved = new TreeSet<>(variables.keySet());
        reserved.retainAll(RESERVED_VARIABLES);
        if (!reserved.isEmpty()) {
            throw new InvalidParameterValueException("Lambda was unable to configure your environment variables because"
                    + " the environment variables you have provided contains reserved keys that are currently not"
                    + " supported for modification. Reserved keys used in this request: "
                    + String.join(", ", reserved));
        }
        byte[] measured = Json.bytes(Json.texts(variables));
        if (measured.length > ENVIRONMENT_BYTES) {
            throw new InvalidParameterValueException("Lambda was unable to configure your environment variables because"
                    + " the environment variables you have provided exceeded the 4KB limit. String measured: "
                    + new String(measured, StandardCharsets.UTF_8));
        }
        return Optional.of(variables);
    }

    private static Map<String, String> variables(Members members) {
        return members.object("Environment")
                .flatMap(environment -> environment.object("Variables"))
                .map(Members::texts)
                .orElse(Map.of());
    }
}
