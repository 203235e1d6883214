package io.millrace.runtime.shadow;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Where two results differ first, as JSON values: neither the order of members nor the spelling of a number counts. What
 * is no JSON is compared byte by byte.
 */
final class JsonDifference {
    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();
    private static final JsonPointer WHOLE = JsonPointer.empty();

    private JsonDifference() {}

    /** A JSON pointer, which is empty where they differ as a whole; nothing if they are equal. */
    static Optional<String> first(byte[] one, byte[] other) {
        if (Arrays.equals(one, other)) {
            return Optional.empty();
        }
        Optional<JsonNode> oneJson = json(one);
        Optional<JsonNode> otherJson = json(other);
        return oneJson.isPresent() && otherJson.isPresent()
                ? first(oneJson.get(), otherJson.get(), WHOLE).map(JsonPointer::toString)
                : Optional.of("");
    }

    private static Optional<JsonNode> json(byte[] bytes) {
        try {
            return Optional.of(JSON.readTree(bytes)).filter(node -> !node.isMissingNode());
        } catch (IOException noJson) {
            return Optional.empty();
        }
    }

    private static Optional<JsonPointer> first(JsonNode one, JsonNode other, JsonPointer at) {
        if (one.isObject() && other.isObject()) {
            return inObjects(one, other, at);
        }
        if (one.isArray() && other.isArray()) {
            return inArrays(one, other, at);
        }
        boolean same = (one.isNumber() && other.isNumber())
                ? one.decimalValue().compareTo(other.decimalValue()) == 0
                : one.equals(other);
        return same ? Optional.empty() : Optional.of(at);
    }

    private static Optional<JsonPointer> inObjects(JsonNode one, JsonNode other, JsonPointer at) {
        TreeSet<String> names = new TreeSet<>();
        one.fieldNames().forEachRemaining(names::add);
        other.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            Optional<JsonPointer> found = first(one.path(name), other.path(name), at.appendProperty(name));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<JsonPointer> inArrays(JsonNode one, JsonNode other, JsonPointer at) {
        Iterator<JsonNode> others = other.iterator();
        int index = 0;
        for (JsonNode element : one) {
            JsonPointer here = at.appendIndex(index++);
            Optional<JsonPointer> found = others.hasNext() ? first(element, others.next(), here) : Optional.of(here);
            if (found.isPresent()) {
                return found;
            }
        }
        return others.hasNext() ? Optional.of(at.appendIndex(index)) : Optional.empty();
    }
}
