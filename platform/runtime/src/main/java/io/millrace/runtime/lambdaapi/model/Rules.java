package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** From the constraints of a shape's description to rules, in the order in which AWS lists them. */
final class Rules {
    private final JsonNode described;
    private final List<Rule> rules = new ArrayList<>();

    private Rules(JsonNode described) {
        this.described = described;
    }

    static List<Rule> ofText(JsonNode described) {
        Rules made = new Rules(described);
        if (described.has("max")) {
            int longest = described.get("max").intValue();
            made.rules.add(Rule.longest(longest, node -> node.textValue().length() <= longest));
        }
        if (described.has("min")) {
            int shortest = described.get("min").intValue();
            made.rules.add(Rule.shortest(shortest, node -> node.textValue().length() >= shortest));
        }
        made.pattern();
        made.values();
        return List.copyOf(made.rules);
    }

    static List<Rule> ofSize(JsonNode described) {
        Rules made = new Rules(described);
        if (described.has("max")) {
            int most = described.get("max").intValue();
            made.rules.add(Rule.longest(most, node -> node.size() <= most));
        }
        if (described.has("min")) {
            int least = described.get("min").intValue();
            made.rules.add(Rule.shortest(least, node -> node.size() >= least));
        }
        return List.copyOf(made.rules);
    }

    static List<Rule> ofWholeNumber(JsonNode described) {
        Rules made = new Rules(described);
        if (described.has("max")) {
            long high = described.get("max").longValue();
            made.rules.add(
                    new Rule(node -> node.longValue() <= high, "Member must have value less than or equal to " + high));
        }
        if (described.has("min")) {
            long low = described.get("min").longValue();
            made.rules.add(new Rule(
                    node -> node.longValue() >= low, "Member must have value greater than or equal to " + low));
        }
        return List.copyOf(made.rules);
    }

    static List<Rule> ofNumber(JsonNode described) {
        Rules made = new Rules(described);
        if (described.has("max")) {
            double high = described.get("max").doubleValue();
            made.rules.add(new Rule(
                    node -> node.doubleValue() <= high, "Member must have value less than or equal to " + high));
        }
        if (described.has("min")) {
            double low = described.get("min").doubleValue();
            made.rules.add(new Rule(
                    node -> node.doubleValue() >= low, "Member must have value greater than or equal to " + low));
        }
        return List.copyOf(made.rules);
    }

    private void pattern() {
        if (described.has("pattern")) {
            TextPattern pattern = new TextPattern(described.get("pattern").textValue(), described.path("max"));
            rules.add(new Rule(
                    node -> pattern.accepts(node.textValue()),
                    "Member must satisfy regular expression pattern: " + pattern));
        }
    }

    private void values() {
        if (described.has("enum")) {
            List<String> values = new ArrayList<>();
            described.get("enum").forEach(value -> values.add(value.textValue()));
            Set<String> allowed = Set.copyOf(values);
            rules.add(new Rule(
                    node -> allowed.contains(node.textValue()),
                    "Member must satisfy enum value set: [" + String.join(", ", values) + "]"));
        }
    }
}
