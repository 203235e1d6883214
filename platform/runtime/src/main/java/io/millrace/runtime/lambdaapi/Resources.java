package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.lambdaapi.model.Operation;
import java.util.Optional;

/** What requests are about, as policies name it. Whether it exists is not asked. Thread-safe. */
final class Resources {
    /** What belongs to no resource, such as a list of all functions. */
    static final String NONE = "*";

    private final String lambda;
    private final FunctionLocator locator;

    Resources(IdentitySettings identity, FunctionLocator locator) {
        this.lambda = "arn:aws:lambda:" + identity.region() + ":" + identity.account() + ":";
        this.locator = locator;
    }

    String of(Operation operation, Request request, JsonNode members) {
        Optional<String> function = request.inPathOf("FunctionName");
        if (function.isPresent()) {
            return function(function.get(), request.query("Qualifier").orElse(""));
        }
        Optional<String> layer = request.inPathOf("LayerName");
        if (layer.isPresent()) {
            return layer(layer.get())
                    + request.inPathOf("VersionNumber")
                            .map(version -> ":" + version)
                            .orElse("");
        }
        Optional<String> mapping = request.inPathOf("UUID");
        if (mapping.isPresent()) {
            return lambda + "event-source-mapping:" + mapping.get();
        }
        if (operation.name().equals("GetLayerVersionByArn")) {
            return request.query("Arn").orElse(NONE);
        }
        JsonNode created = members.path("FunctionName");
        return created.isTextual()
                ? function(created.textValue(), "")
                : request.inPathOf("Resource").orElse(NONE);
    }

    /** @param qualifier empty for none, or for the one in the name */
    String function(String name, String qualifier) {
        return locator.resource(name, qualifier);
    }

    private String layer(String text) {
        return text.startsWith("arn:") ? text : lambda + "layer:" + text;
    }
}
