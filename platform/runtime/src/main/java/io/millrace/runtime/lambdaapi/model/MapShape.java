package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A map from texts; what is wrong with its keys is told once for the whole map, and so for its values. */
record MapShape(Shape key, Shape value, List<Rule> ofSize, boolean isMarkedSensitive) implements Shape {

    @Override
    public ObjectNode read(BodyReader in, String at) throws IOException {
        if (in.token() != JsonToken.START_OBJECT) {
            throw new MalformedRequestException("Expected map or null at '" + at + "'");
        }
        ObjectNode map = in.object();
        while (in.next() != JsonToken.END_OBJECT) {
            String name = in.name();
            in.next();
            map.set(name, in.value(value, at));
        }
        return map;
    }

    @Override
    public void check(JsonNode map, String at, Violations found) {
        for (Rule rule : ofSize) {
            if (!rule.holds().test(map)) {
                found.add(at, map, isSensitive(), rule.text());
            }
        }
        if (!keysFit(map)) {
            found.add(at, map, isSensitive(), ofKeys());
        }
        if (!valuesFit(map)) {
            found.add(at, map, isSensitive(), ofValues());
        }
    }

    @Override
    public boolean fits(JsonNode map) {
        return ofSize.stream().allMatch(rule -> rule.holds().test(map)) && keysFit(map) && valuesFit(map);
    }

    private boolean keysFit(JsonNode map) {
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            if (!key.fits(TextNode.valueOf(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private boolean valuesFit(JsonNode map) {
        for (JsonNode each : map) {
            if (!value.fitsWithin(each)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public List<String> rules() {
        List<String> rules = new ArrayList<>(ofSize.stream().map(Rule::text).toList());
        rules.add(ofKeys());
        rules.add(ofValues());
        return rules;
    }

    private String ofKeys() {
        return "Map keys must satisfy constraint: " + key.rulesWithin();
    }

    private String ofValues() {
        return "Map value must satisfy constraint: " + value.rulesWithin();
    }

    @Override
    public boolean isSensitive() {
        return isMarkedSensitive || key.isSensitive() || value.isSensitive();
    }
}
