package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.runtime.lambdaapi.model.Member.Place;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the description of the API, which src/main/model/README.md tells about. */
final class Description {
    private static final String RESOURCE = "lambda-2015-03-31.json";

    private final JsonNode shapes;
    private final Map<String, Shape> made = new HashMap<>();

    private Description(JsonNode shapes) {
        this.shapes = shapes;
    }

    static Operations read() {
        try (InputStream in = Description.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the description " + RESOURCE + " of the API is missing");
            }
            return operations(new ObjectMapper().readTree(in));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Operations operations(JsonNode described) {
        Description description = new Description(described.get("shapes"));
        List<Operation> operations = new ArrayList<>();
        described
                .get("operations")
                .properties()
                .forEach(entry -> operations.add(description.operation(entry.getKey(), entry.getValue())));
        return new Operations(operations);
    }

    private Operation operation(String name, JsonNode described) {
        Map<String, String> query = new HashMap<>();
        described.path("query").properties().forEach(entry -> query.put(entry.getKey(), text(entry.getValue())));
        Set<String> errors = new HashSet<>();
        described.get("errors").forEach(error -> errors.add(text(error)));
        String input = text(described.get("input"));
        return new Operation(
                name,
                text(described.get("method")),
                PathTemplate.of(text(described.get("path"))),
                query,
                (StructureShape) shape(input),
                shapes.get(input).has("payload"),
                errors);
    }

    private Shape shape(String name) {
        Shape known = made.get(name);
        if (known != null) {
            return known;
        }
        Shape shape = make(shapes.get(name));
        made.put(name, shape);
        return shape;
    }

    private Shape make(JsonNode described) {
        boolean isSensitive = described.path("sensitive").asBoolean();
        return switch (text(described.get("type"))) {
            case "structure" -> new StructureShape(members(described.get("members")));
            case "list" -> new ListShape(inner(described, "member"), Rules.ofSize(described));
            case "map" ->
                new MapShape(inner(described, "key"), inner(described, "value"), Rules.ofSize(described), isSensitive);
            case "string" -> new ScalarShape(ScalarKind.TEXT, Rules.ofText(described), isSensitive);
            case "integer" -> new ScalarShape(ScalarKind.INTEGER, Rules.ofWholeNumber(described), isSensitive);
            case "long" -> new ScalarShape(ScalarKind.LONG, Rules.ofWholeNumber(described), isSensitive);
            case "double" -> new ScalarShape(ScalarKind.DOUBLE, Rules.ofNumber(described), isSensitive);
            case "boolean" -> new ScalarShape(ScalarKind.TRUTH, List.of(), isSensitive);
            case "blob" -> new ScalarShape(ScalarKind.BLOB, List.of(), isSensitive);
            case "timestamp" -> new ScalarShape(ScalarKind.TIMESTAMP, List.of(), isSensitive);
            default -> throw new IllegalStateException("a shape of unknown type: " + described);
        };
    }

    private Shape inner(JsonNode described, String part) {
        return shape(text(described.get(part)));
    }

    private List<Member> members(JsonNode described) {
        List<Member> members = new ArrayList<>();
        described.properties().forEach(entry -> members.add(member(entry.getKey(), entry.getValue())));
        return List.copyOf(members);
    }

    private Member member(String name, JsonNode described) {
        return new Member(
                name,
                Member.field(name),
                shape(text(described.get("shape"))),
                place(described.path("location").asText("")),
                described.path("locationName").asText(name),
                described.path("required").asBoolean());
    }

    private static Place place(String location) {
        return switch (location) {
            case "uri" -> Place.PATH;
            case "querystring" -> Place.QUERY;
            case "header" -> Place.HEADER;
            default -> Place.BODY;
        };
    }

    private static String text(JsonNode node) {
        return String.valueOf(node.textValue());
    }
}
