package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Objects;

/**
 * Reads of a body what its shape knows, and passes over the rest without keeping it: what a caller makes up costs no
 * memory. For one body.
 */
final class BodyReader {
    /** Far more than any request needs; each costs some hundred bytes, however few it takes in the body. */
    private static final int MOST_VALUES = 100_000;

    private final JsonParser parser;
    private int values;

    private BodyReader(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * @throws MalformedRequestException if the body is of another shape
     * @throws IOException if it is not JSON, or more than one value
     */
    static ObjectNode read(StructureShape shape, JsonParser parser) throws IOException {
        BodyReader reader = new BodyReader(parser);
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedRequestException("Expected an object as the body");
        }
        ObjectNode body = shape.readMembers(reader, "");
        if (parser.nextToken() != null) {
            throw new MalformedRequestException("Unexpected token behind the object of the body");
        }
        return body;
    }

    ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    JsonToken token() {
        return Objects.requireNonNull(parser.currentToken(), "stands at a value");
    }

    /** The next token within a list, structure or map that has begun. */
    JsonToken next() throws IOException {
        JsonToken token = parser.nextToken();
        if (token == null) {
            throw new MalformedRequestException("Unexpected end of the body");
        }
        return token;
    }

    String text() throws IOException {
        return parser.getText();
    }

    /** The name of the member at which this stands. */
    String name() throws IOException {
        return parser.currentName();
    }

    void skip() throws IOException {
        parser.skipChildren();
    }

    /** The value at which this stands; null where the caller wrote so. */
    JsonNode value(Shape shape, String at) throws IOException {
        values++;
        if (values > MOST_VALUES) {
            throw new MalformedRequestException("The body has more than " + MOST_VALUES + " values");
        }
        return token() == JsonToken.VALUE_NULL ? NullNode.instance : shape.read(this, at);
    }
}
