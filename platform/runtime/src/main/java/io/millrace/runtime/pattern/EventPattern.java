package io.millrace.runtime.pattern;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;

/** One pattern as event buses, topics and event source mappings have them. Thread-safe. */
public final class EventPattern {
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Callers make them up.
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** More would take the memory of the server to compile. */
    private static final long MOST_COMBINATIONS = 1_000;

    private final Machine machine = Machine.builder().build();

    /** @param pattern a valid one */
    public EventPattern(String pattern) {
        try {
            machine.addRule(pattern, pattern);
        } catch (IOException invalid) {
            throw new UncheckedIOException("event pattern '" + pattern + "', expected a valid one", invalid);
        }
    }

    /** What is wrong with a pattern, in the compiler's words; empty if nothing is. */
    public static Optional<String> complaint(String pattern) {
        if (combinations(pattern) > MOST_COMBINATIONS) {
            return Optional.of("the pattern has more than " + MOST_COMBINATIONS + " combinations of alternatives");
        }
        return Optional.ofNullable(JsonRuleCompiler.check(pattern));
    }

    /** Of a text that is no JSON none; the compiler has the words for it. */
    private static long combinations(String pattern) {
        try {
            return combinations(JSON.readTree(pattern));
        } catch (IOException noJson) {
            return 0;
        }
    }

    /** Into so many rules a pattern is taken apart: each alternative of an {@code $or} with each of all others. */
    private static long combinations(JsonNode pattern) {
        long product = 1;
        for (var member : pattern.properties()) {
            long factor = 0;
            if (member.getKey().equals("$or") && member.getValue().isArray()) {
                for (JsonNode alternative : member.getValue()) {
                    factor += combinations(alternative);
                }
            } else {
                factor = combinations(member.getValue());
            }
            product = Math.min(MOST_COMBINATIONS + 1, product * Math.max(1, factor));
        }
        return product;
    }

    /** @param event an object */
    public boolean matches(JsonNode event) {
        return !machine.rulesForJSONEvent(event).isEmpty();
    }
}
