package io.millrace.runtime.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;

/** Statements of a role: {@code [{"actions": ["lambda:*"], "resources": ["orders*"]}]}. */
public final class RoleJson {
    private RoleJson() {}

    /** @throws IllegalArgumentException if it is anything else */
    public static List<Permission> read(JsonNode statements) {
        if (!statements.isArray()) {
            throw new IllegalArgumentException(
                    "statements are no JSON array, expected a list of objects with actions" + " and resources");
        }
        List<Permission> permissions = new ArrayList<>();
        for (JsonNode statement : statements) {
            statement.fieldNames().forEachRemaining(RoleJson::requireKnown);
            permissions.add(new Permission(texts(statement, "actions"), texts(statement, "resources")));
        }
        return permissions;
    }

    private static void requireKnown(String member) {
        if (!member.equals("actions") && !member.equals("resources")) {
            throw new IllegalArgumentException(
                    "a statement has the member '" + member + "', expected actions and resources");
        }
    }

    private static List<String> texts(JsonNode statement, String member) {
        List<String> texts = new ArrayList<>();
        for (JsonNode each : statement.path(member)) {
            texts.add(each.asText());
        }
        return texts;
    }

    /** As {@link #read} reads them. */
    public static ArrayNode write(List<Permission> permissions) {
        ArrayNode statements = JsonNodeFactory.instance.arrayNode();
        for (Permission permission : permissions) {
            var statement = statements.addObject();
            permission.actions().forEach(statement.putArray("actions")::add);
            permission.resources().forEach(statement.putArray("resources")::add);
        }
        return statements;
    }
}
