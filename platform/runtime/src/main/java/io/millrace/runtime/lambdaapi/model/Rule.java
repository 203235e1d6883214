package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Predicate;

/**
 * One constraint of a value.
 *
 * @param text as a refusal states it
 */
record Rule(Predicate<JsonNode> holds, String text) {
    static final String NOT_NULL = "Member must not be null";

    static Rule longest(int length, Predicate<JsonNode> holds) {
        return new Rule(holds, "Member must have length less than or equal to " + length);
    }

    static Rule shortest(int length, Predicate<JsonNode> holds) {
        return new Rule(holds, "Member must have length greater than or equal to " + length);
    }
}
