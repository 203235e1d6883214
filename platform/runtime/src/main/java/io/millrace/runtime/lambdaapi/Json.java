package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import io.millrace.runtime.lambdaapi.LambdaApiException.SerializationException;
import io.millrace.runtime.lambdaapi.model.MalformedRequestException;
import io.millrace.runtime.lambdaapi.model.Operation;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** JSON as this API takes it: UTF-8 only, one value, nothing behind it. */
final class Json {
    // Jackson would guess UTF-16 and UTF-32 otherwise, which no function expects.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Names come from callers; the JVM's table is for ever.
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(RequestLimits.CONTROL_BYTES)
                    .maxNameLength(RequestLimits.CONTROL_BYTES)
                    .maxNumberLength(RequestLimits.CONTROL_BYTES)
                    .build())
            .build();
    /** Of a value that becomes a number here, not at the function: converting one of a million digits takes minutes. */
    private static final int LONGEST_NUMBER = 1000;

    private static final JsonFactory READ_FACTORY = FACTORY.copy()
            .setStreamReadConstraints(FACTORY.streamReadConstraints()
                    .rebuild()
                    .maxNumberLength(LONGEST_NUMBER)
                    .build());
    private static final ObjectMapper MAPPER =
            new ObjectMapper(READ_FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ObjectNode texts(Map<String, String> members) {
        ObjectNode object = object();
        new TreeMap<>(members).forEach(object::put);
        return object;
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of JSON can always be written", impossible);
        }
    }

    /**
     * Checks without building anything.
     *
     * @throws InvalidRequestContentException unless {@code payload} is exactly one JSON value
     */
    static void requireValue(byte[] payload) {
        if (!Utf8.isWellFormed(payload)) {
            throw new InvalidRequestContentException(
                    "Could not parse request body into json: Could not parse payload into json: Invalid UTF-8");
        }
        try (JsonParser parser = FACTORY.createParser(payload)) {
            if (parser.nextToken() == null) {
                throw new InvalidRequestContentException(
                        "Could not parse request body into json: Could not parse payload into json: No content");
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw new InvalidRequestContentException("Could not parse request body into json: Could not parse"
                        + " payload into json: Trailing token after the first value");
            }
        } catch (IOException notJson) {
            throw new InvalidRequestContentException("Could not parse request body into json: Could not parse payload"
                    + " into json: " + firstLine(notJson));
        }
    }

    /**
     * What the operation knows of its body; one that is empty has no members.
     *
     * @throws SerializationException unless {@code body} is one JSON object
     * @throws MalformedRequestException if a member is of another type
     */
    static ObjectNode members(Operation operation, byte[] body) {
        if (body.length == 0) {
            return Operation.emptyBody();
        }
        if (!Utf8.isWellFormed(body)) {
            throw new SerializationException("Could not parse request body into json: Invalid UTF-8");
        }
        try (JsonParser parser = READ_FACTORY.createParser(body)) {
            return operation.readBody(parser);
        } catch (IOException notJson) {
            throw new SerializationException("Could not parse request body into json: " + firstLine(notJson));
        }
    }

    /** @throws InvalidRequestContentException unless {@code body} is one JSON object */
    static ObjectNode requireObject(byte[] body) {
        if (!Utf8.isWellFormed(body)) {
            throw new InvalidRequestContentException("Could not parse request body into json: Invalid UTF-8");
        }
        try {
            if (MAPPER.readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException notJson) {
            throw new InvalidRequestContentException("Could not parse request body into json: " + firstLine(notJson));
        }
        throw new InvalidRequestContentException("Could not parse request body into json: expected an object");
    }

    private static String firstLine(IOException failure) {
        String message =
                failure instanceof JsonProcessingException json ? json.getOriginalMessage() : failure.getMessage();
        return String.valueOf(message).lines().findFirst().orElse("");
    }
}
