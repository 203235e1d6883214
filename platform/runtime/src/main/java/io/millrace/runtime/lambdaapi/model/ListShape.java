package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A list. What is wrong with scalars in it is told once for the whole list, with all rules they have; structures are
 * told one by one, counted from 1.
 */
record ListShape(Shape element, List<Rule> ofSize) implements Shape {

    @Override
    public ArrayNode read(BodyReader in, String at) throws IOException {
        if (in.token() != JsonToken.START_ARRAY) {
            throw new MalformedRequestException("Expected list or null at '" + at + "'");
        }
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        while (in.next() != JsonToken.END_ARRAY) {
            list.add(in.value(element, element(at, list.size())));
        }
        return list;
    }

    @Override
    public void check(JsonNode value, String at, Violations found) {
        for (Rule rule : ofSize) {
            if (!rule.holds().test(value)) {
                found.add(at, value, isSensitive(), rule.text());
            }
        }
        if (element instanceof StructureShape structure) {
            checkEach(structure, value, at, found);
        } else if (!elementsFit(value)) {
            found.add(at, value, isSensitive(), ofElements());
        }
    }

    private static void checkEach(StructureShape structure, JsonNode value, String at, Violations found) {
        for (int index = 0; index < value.size(); index++) {
            structure.checkPresent(value.get(index), element(at, index), found);
        }
    }

    private static String element(String at, int index) {
        return at + "." + (index + 1) + ".member";
    }

    @Override
    public boolean fits(JsonNode value) {
        return ofSize.stream().allMatch(rule -> rule.holds().test(value)) && elementsFit(value);
    }

    private boolean elementsFit(JsonNode value) {
        for (JsonNode each : value) {
            if (!element.fitsWithin(each)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public List<String> rules() {
        List<String> rules = new ArrayList<>(ofSize.stream().map(Rule::text).toList());
        rules.add(ofElements());
        return rules;
    }

    private String ofElements() {
        return "Member must satisfy constraint: " + element.rulesWithin();
    }

    @Override
    public boolean isSensitive() {
        return element.isSensitive();
    }
}
