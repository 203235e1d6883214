package io.millrace.runtime.eventbus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with names in angle brackets, to be replaced by what they stand for: within quotes as text, elsewhere as JSON.
 * A name that stands for nothing is null, and nothing at all within quotes.
 */
public final class InputTemplate {
    private static final Pattern NAME = Pattern.compile("<([A-Za-z0-9_.-]+)>");

    private InputTemplate() {}

    /** The names in it. */
    public static Set<String> names(String template) {
        Set<String> names = new TreeSet<>();
        Matcher name = NAME.matcher(template);
        while (name.find()) {
            names.add(name.group(1));
        }
        return names;
    }

    static String fill(String template, Function<String, Optional<JsonNode>> values) {
        StringBuilder filled = new StringBuilder(template.length() + 64);
        Matcher name = NAME.matcher(template);
        boolean isQuoted = false;
        int end = 0;
        while (name.find()) {
            String before = template.substring(end, name.start());
            filled.append(before);
            isQuoted ^= hasOddQuotes(before);
            Optional<JsonNode> value = values.apply(name.group(1));
            filled.append(
                    isQuoted ? quoted(value) : value.map(JsonNode::toString).orElse("null"));
            end = name.end();
        }
        return filled.append(template, end, template.length()).toString();
    }

    private static boolean hasOddQuotes(String text) {
        boolean odd = false;
        boolean escaped = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && !escaped) {
                odd = !odd;
            }
            escaped = c == '\\' && !escaped;
        }
        return odd;
    }

    private static String quoted(Optional<JsonNode> value) {
        String text = value.map(node -> node.isTextual() ? node.textValue() : node.toString())
                .orElse("");
        String json = TextNode.valueOf(text).toString();
        return json.substring(1, json.length() - 1);
    }
}
