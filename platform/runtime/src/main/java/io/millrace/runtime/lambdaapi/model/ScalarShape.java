package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;

/** A text, a number, a truth value, bytes or a time. */
record ScalarShape(ScalarKind kind, List<Rule> constraints, boolean isSensitive) implements Shape {

    @Override
    public JsonNode read(BodyReader in, String at) throws IOException {
        return kind.read(in, at);
    }

    @Override
    public void check(JsonNode value, String at, Violations found) {
        for (Rule rule : constraints) {
            if (!rule.holds().test(value)) {
                found.add(at, value, isSensitive, rule.text());
            }
        }
    }

    @Override
    public boolean fits(JsonNode value) {
        return constraints.stream().allMatch(rule -> rule.holds().test(value));
    }

    @Override
    public List<String> rules() {
        return constraints.stream().map(Rule::text).toList();
    }
}
