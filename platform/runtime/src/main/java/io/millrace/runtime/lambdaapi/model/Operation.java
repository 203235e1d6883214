package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.lambdaapi.model.Member.Place;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** One operation of the API. Thread-safe. */
public final class Operation {
    private final String name;
    private final String method;
    private final PathTemplate path;
    private final Map<String, String> query;
    private final StructureShape input;
    private final boolean hasRawBody;
    private final Set<String> errors;
    private final Set<String> queryParameters;

    /**
     * @param query what must stand in the query for a request to mean this operation
     * @param hasRawBody whether the body is one member's bytes and no JSON of this API
     * @param errors codes that the description names
     */
    Operation(
            String name,
            String method,
            PathTemplate path,
            Map<String, String> query,
            StructureShape input,
            boolean hasRawBody,
            Set<String> errors) {
        this.name = name;
        this.method = method;
        this.path = path;
        this.query = Map.copyOf(query);
        this.input = input;
        this.hasRawBody = hasRawBody;
        this.errors = Set.copyOf(errors);
        this.queryParameters = input.members().stream()
                .filter(member -> member.place() == Place.QUERY)
                .map(Member::wireName)
                .collect(Collectors.toUnmodifiableSet());
    }

    public String name() {
        return name;
    }

    /** Whether clients know {@code code} as one of this operation. */
    public boolean hasError(String code) {
        return errors.contains(code);
    }

    /** Whether a parameter of the query means something to this operation; all others are passed over. */
    public boolean knowsQuery(String parameter) {
        return query.containsKey(parameter) || queryParameters.contains(parameter);
    }

    /** Whether the body is a JSON object with members of this operation. */
    public boolean hasMembersInBody() {
        return !hasRawBody && !input.inBody().isEmpty();
    }

    /**
     * The members of a body, and nothing else that may stand in it.
     *
     * @throws MalformedRequestException if a member is of another type
     * @throws IOException if it is not JSON
     */
    public ObjectNode readBody(JsonParser body) throws IOException {
        return BodyReader.read(input, body);
    }

    /** A body that is not there. */
    public static ObjectNode emptyBody() {
        return JsonNodeFactory.instance.objectNode();
    }

    /**
     * Checks a whole request.
     *
     * @param body as {@link #readBody} gave it; of an operation without, an empty one
     * @throws MalformedRequestException if a parameter is of another type
     * @throws ConstraintViolationException naming all that is wrong
     */
    public void check(Parameters parameters, ObjectNode body) {
        Violations found = new Violations();
        for (Member member : input.members()) {
            if (member.place() != Place.BODY) {
                StructureShape.checkMember(member, given(member, parameters), member.field(), found);
            } else if (!hasRawBody) {
                StructureShape.checkMember(member, body.path(member.name()), member.field(), found);
            }
        }
        found.raise();
    }

    private static JsonNode given(Member member, Parameters parameters) {
        List<String> texts =
                switch (member.place()) {
                    case PATH -> parameters.inPath(member.wireName());
                    case QUERY -> parameters.inQuery(member.wireName());
                    case HEADER -> parameters.inHeader(member.wireName());
                    case BODY -> List.of();
                };
        return texts.isEmpty() ? MissingNode.getInstance() : parsed(member, texts);
    }

    private static JsonNode parsed(Member member, List<String> texts) {
        if (member.shape() instanceof ListShape list && list.element() instanceof ScalarShape scalar) {
            var parsed = JsonNodeFactory.instance.arrayNode();
            texts.forEach(text -> parsed.add(scalar.kind().parse(text, member.field())));
            return parsed;
        }
        return ((ScalarShape) member.shape()).kind().parse(texts.get(0), member.field());
    }

    String method() {
        return method;
    }

    PathTemplate path() {
        return path;
    }

    Map<String, String> query() {
        return query;
    }

    StructureShape input() {
        return input;
    }
}
