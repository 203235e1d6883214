package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a value of the API looks like. Thread-safe. */
sealed interface Shape permits ScalarShape, ListShape, MapShape, StructureShape {

    /**
     * Reads the value at which {@code in} stands, and leaves it at the value's last token.
     *
     * @param at where the value stands, as refusals name it
     * @throws MalformedRequestException if it is of another type
     * @throws IOException if it is not JSON
     */
    JsonNode read(BodyReader in, String at) throws IOException;

    /** Adds what is wrong with {@code value}, which is of this shape's type and not null. */
    void check(JsonNode value, String at, Violations found);

    /** Whether a check would add nothing. */
    boolean fits(JsonNode value);

    /** As a list's or map's refusal states them for all its values. */
    List<String> rules();

    /** Whether values must not be told. */
    boolean isSensitive();

    /** The rules of values within a list or a map, none of which may be null. */
    default String rulesWithin() {
        return Stream.concat(rules().stream(), Stream.of(Rule.NOT_NULL)).collect(Collectors.joining(", ", "[", "]"));
    }

    default boolean fitsWithin(JsonNode value) {
        return !value.isNull() && fits(value);
    }
}
