package io.millrace.runtime.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.registry.RegistryUnavailableException;

/** Access keys as callers write and see them. */
public final class KeyJson {
    private KeyJson() {}

    /**
     * Makes a key. Blocking.
     *
     * @param request with User and either Role, the name of one, or Statements
     * @throws IllegalArgumentException if it is anything else
     * @throws RegistryUnavailableException if it could not be written
     */
    public static AccessKey create(AccessKeys keys, JsonNode request) {
        JsonNode named = request.path("Role");
        JsonNode statements = request.path("Statements");
        if (named.isTextual() == statements.isArray()) {
            throw new IllegalArgumentException("expected either Role, a text, or Statements, a list");
        }
        Role role = named.isTextual() ? Role.named(named.asText()) : Role.custom(RoleJson.read(statements));
        return keys.create(request.path("User").asText(), role);
    }

    /** Without the secret. */
    public static ObjectNode shown(AccessKey key) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("AccessKeyId", key.id())
                .put("User", key.user())
                .put("Role", key.role().name())
                .put("Created", key.created().toString());
        body.set("Statements", RoleJson.write(key.role().permissions()));
        return body;
    }

    /** For the one who had it made, once. */
    public static ObjectNode withSecret(AccessKey key) {
        return shown(key).put("SecretAccessKey", key.secret());
    }
}
