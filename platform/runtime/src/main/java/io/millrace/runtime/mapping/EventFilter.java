package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.runtime.pattern.EventPattern;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;
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

    private final Machine machine = Machine.builder().build();
    private final boolean takesAll;
    private final boolean looksAtBodyOnly;

    /** @param patterns valid ones; none takes all */
    public EventFilter(List<String> patterns) {
        this.takesAll = patterns.isEmpty();
        boolean bodyOnly = true;
        for (String pattern : patterns) {
            try {
                machine.addRule(pattern, pattern);
                bodyOnly &= looksAtBodyOnly(pattern);
            } catch (IOException invalid) {
                throw new UncheckedIOException("filter pattern '" + pattern + "', expected a valid one", invalid);
            }
        }
        this.looksAtBodyOnly = bodyOnly;
    }

    private static boolean looksAtBodyOnly(String pattern) throws IOException {
        JsonNode members = JSON.readTree(pattern);
        return members.size() == 1 && members.has(BODY);
    }

    /** Whether a filter can be made of it. */
    public static boolean isValid(String pattern) {
        return EventPattern.complaint(pattern).isEmpty();
    }

    /** @param view as patterns see it; asked for only where there is a pattern */
    boolean matches(Supplier<ObjectNode> view) {
        return takesAll || !machine.rulesForJSONEvent(view.get()).isEmpty();
    }

    /**
     * @param body of a message, as text
     * @param record all of the message; asked for only where a pattern looks at more than the body, and changed then
     */
    public boolean accepts(String body, Supplier<ObjectNode> record) {
        return matches(() -> {
            ObjectNode event = looksAtBodyOnly ? JSON.createObjectNode() : record.get();
            event.set(BODY, content(body));
            return event;
        });
    }

    /** As JSON where it is an object. */
    static JsonNode content(String text) {
        try {
            JsonNode content = JSON.readTree(text);
            return content.isObject() ? content : TextNode.valueOf(text);
        } catch (IOException plain) {
            return TextNode.valueOf(text);
        }
    }
}
