package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The share of an alias's invocations that goes to another version. */
final class Route {
    private Route() {}

    /** @param weights by version; an empty map takes the share away */
    static void put(ObjectNode alias, Map<String, Double> weights) {
        ObjectNode members = alias.putObject("RoutingConfig").putObject("AdditionalVersionWeights");
        weights.forEach(members::put);
    }

    /** Such as {@code 10% to 4}; empty where all goes to the alias's own version. */
    static String shown(JsonNode alias) {
        List<String> shares = new ArrayList<>();
        for (Map.Entry<String, JsonNode> each :
                alias.path("RoutingConfig").path("AdditionalVersionWeights").properties()) {
            String percent = BigDecimal.valueOf(each.getValue().asDouble())
                    .movePointRight(2)
                    .stripTrailingZeros()
                    .toPlainString();
            shares.add(percent + "% to " + each.getKey());
        }
        return String.join(", ", shares);
    }
}
