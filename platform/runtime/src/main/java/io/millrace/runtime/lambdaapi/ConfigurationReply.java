package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.RegisteredFunction;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;

/** A function as the API shows it (lambda-semantics 6.1). */
final class ConfigurationReply {
    private static final DateTimeFormatter LAST_MODIFIED =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'+0000'").withZone(ZoneOffset.UTC);

    private ConfigurationReply() {}

    /** As every operation on one function answers; a function is usable as soon as it exists. */
    static ObjectNode complete(RegisteredFunction function, FunctionArn arn) {
        return listed(function, arn).put("State", "Active").put("LastUpdateStatus", "Successful");
    }

    /** As ListFunctions answers, which leaves the state out. */
    static ObjectNode listed(RegisteredFunction function, FunctionArn arn) {
        FunctionConfiguration configuration = function.configuration();
        ObjectNode reply = Json.object();
        reply.put("FunctionName", function.name().value())
                .put("FunctionArn", arn.toString())
                .put("Runtime", configuration.runtime())
                .put("Handler", configuration.handler())
                .put("CodeSize", function.code().map(CodeReference::size).orElse(0L))
                .put(
                        "CodeSha256",
                        function.code().map(ConfigurationReply::base64).orElse(""))
                .put("Description", configuration.description())
                .put("Timeout", wholeSeconds(configuration.timeout()))
                .put("MemorySize", configuration.memorySizeMegabytes())
                .put("LastModified", LAST_MODIFIED.format(function.lastModified()))
                .put("Version", FunctionArn.LATEST)
                .put("RevisionId", function.revisionId())
                .put("PackageType", "Zip");
        configuration.role().ifPresent(role -> reply.put("Role", role));
        if (!configuration.environment().isEmpty()) {
            reply.putObject("Environment").set("Variables", Json.texts(configuration.environment()));
        }
        reply.putArray("Architectures").add("x86_64");
        reply.putObject("EphemeralStorage").put("Size", 512);
        reply.putObject("TracingConfig").put("Mode", "PassThrough");
        reply.putObject("SnapStart").put("ApplyOn", "None").put("OptimizationStatus", "Off");
        reply.putObject("LoggingConfig").put("LogFormat", "Text").put("LogGroup", "/aws/lambda/" + function.name());
        return reply;
    }

    private static String base64(CodeReference code) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(code.sha256()));
    }

    /** The API knows whole seconds only; an embedding service may have set less. */
    private static long wholeSeconds(Duration timeout) {
        return timeout.plusMillis(999).toSeconds();
    }
}
