package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionState;
import io.millrace.runtime.registry.LayerAdministration;
import io.millrace.runtime.registry.LayerVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** A function or version as the API shows it (lambda-semantics 6.1). */
final class ConfigurationReply {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'+0000'").withZone(ZoneOffset.UTC);

    private static final String UPDATE = "LastUpdateStatus";
    private static final String CREATING = "The function is being created.";

    private final LayerAdministration layers;

    /** @param layers to tell how large those of the function are */
    ConfigurationReply(LayerAdministration layers) {
        this.layers = layers;
    }

    /** As the API writes most times. */
    static String time(Instant instant) {
        return TIME.format(instant);
    }

    /** As every operation on one function answers (lambda-semantics 6.2). */
    ObjectNode complete(Located located) {
        ObjectNode reply = listed(located).put("State", located.state());
        FunctionState state = located.function().state();
        return switch (located.state()) {
            case "Pending" -> because(reply, "State", CREATING, "Creating");
            case "Failed" -> because(reply, "State", state.reason(), "InternalError");
            default -> updated(reply, located.version().isPresent() ? FunctionState.ACTIVE : state);
        };
    }

    private static ObjectNode updated(ObjectNode reply, FunctionState state) {
        return switch (state.phase()) {
            case UPDATING -> because(reply.put(UPDATE, "InProgress"), UPDATE, CREATING, "Creating");
            case UPDATE_FAILED -> because(reply.put(UPDATE, "Failed"), UPDATE, state.reason(), "InternalError");
            case ACTIVE, PENDING, FAILED -> reply.put(UPDATE, "Successful");
        };
    }

    private static ObjectNode because(ObjectNode reply, String member, String reason, String code) {
        return reply.put(member + "Reason", reason).put(member + "ReasonCode", code);
    }

    /** As the lists answer, which leave the state out. */
    ObjectNode listed(Located located) {
        FunctionConfiguration configuration = located.configuration();
        ObjectNode reply = Json.object();
        reply.put("FunctionName", located.function().name().value())
                .put("FunctionArn", located.arn().toString())
                .put("Runtime", configuration.runtime())
                .put("Handler", configuration.handler())
                .put("CodeSize", located.code().map(CodeReference::size).orElse(0L))
                .put("CodeSha256", located.code().map(Sha256::base64).orElse(""))
                .put("Description", configuration.description())
                .put("Timeout", wholeSeconds(configuration.timeout()))
                .put("MemorySize", configuration.memorySizeMegabytes())
                .put("LastModified", time(located.lastModified()))
                .put("Version", located.versionName())
                .put("RevisionId", located.revisionId())
                .put("PackageType", "Zip");
        configuration.role().ifPresent(role -> reply.put("Role", role));
        if (!configuration.environment().isEmpty()) {
            reply.putObject("Environment").set("Variables", Json.texts(configuration.environment()));
        }
        reply.putArray("Architectures").add(configuration.architecture());
        reply.putObject("EphemeralStorage").put("Size", configuration.ephemeralStorageMegabytes());
        reply.putObject("TracingConfig").put("Mode", "PassThrough");
        reply.putObject("SnapStart").put("ApplyOn", "None").put("OptimizationStatus", "Off");
        reply.putObject("LoggingConfig")
                .put("LogFormat", "Text")
                .put("LogGroup", "/aws/lambda/" + located.function().name());
        addLayers(reply, configuration.layers());
        return reply;
    }

    private void addLayers(ObjectNode reply, List<String> arns) {
        if (!arns.isEmpty()) {
            ArrayNode shown = reply.putArray("Layers");
            arns.forEach(arn -> shown.addObject().put("Arn", arn).put("CodeSize", size(arn)));
        }
    }

    private long size(String arn) {
        return layers.published(arn)
                .map(LayerVersion::code)
                .map(CodeReference::size)
                .orElse(0L);
    }

    /** The API knows whole seconds only; an embedding service may have set less. */
    private static long wholeSeconds(Duration timeout) {
        return timeout.plusMillis(999).toSeconds();
    }
}
