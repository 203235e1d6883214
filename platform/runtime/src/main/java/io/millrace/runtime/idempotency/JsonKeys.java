package io.millrace.runtime.idempotency;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Keys that are parts of JSON. */
public final class JsonKeys {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private JsonKeys() {}

    /** Empty where the payload has none, or is no JSON. */
    public static Optional<String> find(byte[] payload, JsonPointer pointer) {
        try {
            return find(JSON.readTree(payload), pointer);
        } catch (IOException notJson) { // A message of any client is an event, JSON or not.
            return Optional.empty();
        }
    }

    /** Empty where there is nothing, null, or an empty text. */
    public static Optional<String> find(JsonNode payload, JsonPointer pointer) {
        JsonNode key = payload.at(pointer);
        if (key.isMissingNode()
                || key.isNull()
                || (key.isTextual() && key.asText().isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(key.isValueNode() ? key.asText() : inOneOrder(key));
    }

    // Two that differ only in the order of their members are the same.
    private static String inOneOrder(JsonNode key) {
        try {
            return JSON.writeValueAsString(JSON.treeToValue(key, Object.class));
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException("a tree of JSON can always be written", impossible);
        }
    }
}
