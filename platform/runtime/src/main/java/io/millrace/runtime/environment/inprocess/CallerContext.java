package io.millrace.runtime.environment.inprocess;

import com.amazonaws.services.lambda.runtime.Client;
import com.amazonaws.services.lambda.runtime.ClientContext;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The client context of a synchronous caller: {@code {"client":{..},"custom":{..},"env":{..}}}, each part optional. */
final class CallerContext implements ClientContext {
    private static final JsonMapper JSON = new JsonMapper();

    private final JsonNode json;

    private CallerContext(JsonNode json) {
        this.json = json;
    }

    /** @throws IllegalArgumentException if it is no JSON object */
    static ClientContext parse(String text) {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the client context is no JSON, expected a JSON object", e);
        }
        if (!json.isObject()) {
            throw new IllegalArgumentException(
                    "the client context is a JSON " + json.getNodeType() + ", expected a JSON object");
        }
        return new CallerContext(json);
    }

    @Override
    public @Nullable Client getClient() {
        return json.path("client").isObject() ? new Caller(json.path("client")) : null;
    }

    @Override
    public @Nullable Map<String, String> getCustom() {
        return map("custom");
    }

    @Override
    public @Nullable Map<String, String> getEnvironment() {
        return map("env");
    }

    private @Nullable Map<String, String> map(String key) {
        JsonNode node = json.path(key);
        if (!node.isObject()) {
            return null;
        }
        Map<String, String> values = new LinkedHashMap<>();
        node.properties()
                .forEach(entry -> values.put(entry.getKey(), entry.getValue().asText()));
        return values;
    }

    private record Caller(JsonNode json) implements Client {
        private @Nullable String text(String key) {
            return json.hasNonNull(key) ? json.path(key).asText() : null;
        }

        @Override
        public @Nullable String getInstallationId() {
            return text("installation_id");
        }

        @Override
        public @Nullable String getAppTitle() {
            return text("app_title");
        }

        @Override
        public @Nullable String getAppVersionName() {
            return text("app_version_name");
        }

        @Override
        public @Nullable String getAppVersionCode() {
            return text("app_version_code");
        }

        @Override
        public @Nullable String getAppPackageName() {
            return text("app_package_name");
        }
    }
}
