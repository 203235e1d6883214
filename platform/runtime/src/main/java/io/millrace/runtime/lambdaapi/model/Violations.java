package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Collects what is wrong with a request, so that one answer names all of it (lambda-semantics 1.3). */
final class Violations {
    /** Of a list with a million broken elements the first ones tell enough. */
    private static final int MOST = 100;
    /** AWS tells values whole, but none of them is this long. */
    private static final int LONGEST_SHOWN = 2048;

    private final List<String> violations = new ArrayList<>(0);

    /** @param rule as the refusal states it after "failed to satisfy constraint: " */
    void add(String at, JsonNode value, boolean isSensitive, String rule) {
        add("Value" + (isSensitive ? "" : " '" + shortened(shown(value)) + "'") + " at '" + at + "'", rule);
    }

    void addNull(String at) {
        add("Value null at '" + at + "'", Rule.NOT_NULL);
    }

    private void add(String what, String rule) {
        if (violations.size() < MOST) {
            violations.add(what + " failed to satisfy constraint: " + rule);
        }
    }

    /** @throws ConstraintViolationException if there are any */
    void raise() {
        if (!violations.isEmpty()) {
            int count = violations.size();
            throw new ConstraintViolationException(count + " validation error" + (count == 1 ? "" : "s") + " detected: "
                    + String.join("; ", violations));
        }
    }

    /** As Java shows lists and maps, which is how AWS does. */
    private static String shown(JsonNode value) {
        if (value.isValueNode()) {
            return value.asText();
        }
        StringBuilder shown = new StringBuilder(value.isArray() ? "[" : "{");
        String separator = "";
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            shown.append(separator).append(entry.getKey()).append('=').append(shown(entry.getValue()));
            separator = ", ";
            if (shown.length() > LONGEST_SHOWN) {
                break;
            }
        }
        for (int index = 0; value.isArray() && index < value.size() && shown.length() <= LONGEST_SHOWN; index++) {
            shown.append(separator).append(shown(value.get(index)));
            separator = ", ";
        }
        return shown.append(value.isArray() ? "]" : "}").toString();
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
    }
}
