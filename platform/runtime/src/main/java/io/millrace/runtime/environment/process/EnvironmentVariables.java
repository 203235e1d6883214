package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a function's processes see as their environment (lambda-semantics 5.3); nothing of the server's own. */
final class EnvironmentVariables {
    /** Hidden from extensions. */
    private static final Set<String> RUNTIME_ONLY = Set.of(
            "AWS_EXECUTION_ENV",
            "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "AWS_XRAY_CONTEXT_MISSING",
            "AWS_XRAY_DAEMON_ADDRESS",
            "_AWS_XRAY_DAEMON_ADDRESS",
            "_AWS_XRAY_DAEMON_PORT",
            "LAMBDA_RUNTIME_DIR",
            "LAMBDA_TASK_ROOT",
            "_HANDLER");

    /**
     * Facts of one environment.
     *
     * @param authority of its Runtime API
     * @param provisioned whether it was initialised ahead of its first invocation
     */
    record Facts(String region, String authority, String logStream, boolean provisioned) {}

    private EnvironmentVariables() {}

    /** @param seen where the parts are for the function */
    static Map<String, String> of(FunctionDefinition definition, RuntimeCommand command, Layout seen, Facts facts) {
        Map<String, String> variables = new HashMap<>();
        variables.put("LANG", "en_US.UTF-8");
        variables.put("TZ", ":UTC");
        variables.put("PATH", path(command.interpreter(), seen));
        variables.put(
                "LD_LIBRARY_PATH",
                seen.task() + ":" + seen.task().resolve("lib") + ":"
                        + seen.opt().resolve("lib"));
        variables.put("TMPDIR", seen.tmp().toString());
        variables.put("HOME", seen.tmp().toString());
        variables.put("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
        variables.putAll(command.variables());
        variables.putAll(definition.environment());
        putReserved(variables, definition, seen, facts);
        return variables;
    }

    /** @param variables of the runtime */
    static Map<String, String> forExtension(Map<String, String> variables) {
        Map<String, String> visible = new HashMap<>(variables);
        visible.keySet().removeAll(RUNTIME_ONLY);
        return visible;
    }

    private static void putReserved(
            Map<String, String> variables, FunctionDefinition definition, Layout seen, Facts facts) {
        variables.put("_HANDLER", definition.handler());
        variables.put("AWS_REGION", facts.region());
        variables.put("AWS_DEFAULT_REGION", facts.region());
        if (!definition.runtime().startsWith("provided")) {
            variables.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + definition.runtime());
        }
        variables.put("AWS_LAMBDA_FUNCTION_NAME", definition.name().value());
        variables.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(definition.memorySizeMegabytes()));
        variables.put("AWS_LAMBDA_FUNCTION_VERSION", definition.version());
        variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", facts.provisioned() ? "provisioned-concurrency" : "on-demand");
        variables.put("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + definition.name());
        variables.put("AWS_LAMBDA_LOG_STREAM_NAME", facts.logStream());
        variables.put("AWS_LAMBDA_RUNTIME_API", facts.authority());
        variables.put("LAMBDA_TASK_ROOT", seen.task().toString());
        variables.put("LAMBDA_RUNTIME_DIR", seen.runtime().toString());
        // Not secret and good for nothing: SDK clients refuse to start without any.
        variables.put("AWS_ACCESS_KEY_ID", "MILLRACEPLACEHOLDER0");
        variables.put("AWS_SECRET_ACCESS_KEY", "millrace-placeholder-of-a-secret-key");
        variables.put("AWS_SESSION_TOKEN", "millrace-placeholder-of-a-session-token");
    }

    private static String path(Optional<Interpreter> interpreter, Layout seen) {
        String usual = "/usr/local/bin:/usr/bin:/bin:" + seen.opt().resolve("bin");
        return interpreter
                .map(Interpreter::folder)
                .map(folder -> folder + ":" + usual)
                .orElse(usual);
    }
}
