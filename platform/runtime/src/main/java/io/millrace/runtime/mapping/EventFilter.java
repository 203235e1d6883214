package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;

/**
 * Which messages a function wants: those that match one pattern at least (lambda-semantics 3.10). A body that is a JSON
 * object is matched as one, any other as text. Thread-safe.
 */
public final class EventFilter {
    private static final String BODY = "body";
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Senders make them up.
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** More would take the memory of the server to compile. */
    private static final long MOST_COMBINATIONS = 1_000;

    private final Machine machine = Machine.builder().build();
    private final boolean takesAll;

    /** @param patterns valid ones; none takes all */
    EventFilter(List<String> patterns) {
        this.takesAll = patterns.isEmpty();
        for (String pattern : patterns) {
            try {
                machine.addRule(pattern, pattern);
            } catch (IOException invalid) {
                throw new UncheckedIOException("filter pattern '" + pattern + "', expected a valid one", invalid);
            }
        }
    }

    /** Whether a filter can be made of it. */
    public static boolean isValid(String pattern) {
        return combinations(pattern) <= MOST_COMBINATIONS && JsonRuleCompiler.check(pattern) == null;
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

    boolean accepts(ObjectNode record) {
        if (takesAll) {
            return true;
        }
        ObjectNode event = record.deepCopy();
        event.set(BODY, body(record.path(BODY)));
        return !machine.rulesForJSONEvent(event).isEmpty();
    }

    private static JsonNode body(JsonNode text) {
        try {
            JsonNode body = JSON.readTree(text.textValue());
            return body.isObject() ? body : text;
        } catch (IOException plain) {
            return text;
        }
    }
}
