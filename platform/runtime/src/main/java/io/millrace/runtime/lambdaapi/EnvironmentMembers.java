package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.dispatch.KeySource;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The variables of a function (lambda-semantics 5.2, 5.3). */
final class EnvironmentMembers {
    private static final int MOST_BYTES = 4096;
    /** Set by the platform; those that begin with an underscore are against the pattern anyway. */
    private static final Set<String> RESERVED = Set.of(
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
            "AWS_LAMBDA_MAX_CONCURRENCY",
            "AWS_LAMBDA_METADATA_API",
            "AWS_LAMBDA_METADATA_TOKEN",
            "AWS_LAMBDA_RUNTIME_API",
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "LAMBDA_RUNTIME_DIR",
            "LAMBDA_TASK_ROOT");

    private EnvironmentMembers() {}

    /**
     * Empty where the request does not speak of the environment.
     *
     * @throws InvalidParameterValueException for reserved names and for too much
     */
    static Optional<Map<String, String>> read(Members members) {
        if (!members.has("Environment")) {
            return Optional.empty();
        }
        Map<String, String> variables = variables(members);
        refuseReserved(variables.keySet());
        refuseTooMuch(Json.bytes(Json.texts(variables)));
        refuseNoPointer(variables);
        return Optional.of(variables);
    }

    private static void refuseReserved(Set<String> names) {
        Set<String> reserved = new TreeSet<>(names);
        reserved.retainAll(RESERVED);
        if (!reserved.isEmpty()) {
            throw new InvalidParameterValueException("Lambda was unable to configure your environment variables because"
                    + " the environment variables you have provided contains reserved keys that are currently not"
                    + " supported for modification. Reserved keys used in this request: "
                    + String.join(", ", reserved));
        }
    }

    private static void refuseTooMuch(byte[] measured) {
        if (measured.length > MOST_BYTES) {
            throw new InvalidParameterValueException("Lambda was unable to configure your environment variables because"
                    + " the environment variables you have provided exceeded the 4KB limit. String measured: "
                    + new String(measured, StandardCharsets.UTF_8));
        }
    }

    private static void refuseNoPointer(Map<String, String> variables) {
        try {
            KeySource.requireValid(variables);
        } catch (IllegalArgumentException none) {
            throw new InvalidParameterValueException(String.valueOf(none.getMessage()));
        }
    }

    private static Map<String, String> variables(Members members) {
        return members.object("Environment")
                .flatMap(environment -> environment.object("Variables"))
                .map(Members::texts)
                .orElse(Map.of());
    }
}
