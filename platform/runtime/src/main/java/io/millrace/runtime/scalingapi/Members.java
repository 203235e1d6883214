package io.millrace.runtime.scalingapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.time.EpochTime;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * Reads the members of a request's object by their types; null counts as absent. All methods refuse a member of another
 * type with SerializationException, as AWS does.
 */
record Members(ObjectNode object) {
    private static final int LONGEST_LIST = 50;

    boolean has(String member) {
        return object.hasNonNull(member);
    }

    Optional<String> text(String member) {
        return node(member, "a text", JsonNode::isTextual).map(JsonNode::textValue);
    }

    OptionalInt integer(String member) {
        return node(member, "a whole number", node -> node.isIntegralNumber() && node.canConvertToInt())
                .map(node -> OptionalInt.of(node.intValue()))
                .orElse(OptionalInt.empty());
    }

    Optional<Double> number(String member) {
        return node(member, "a number", JsonNode::isNumber).map(JsonNode::doubleValue);
    }

    boolean truth(String member) {
        return node(member, "true or false", JsonNode::isBoolean)
                .map(JsonNode::booleanValue)
                .orElse(false);
    }

    Optional<Members> object(String member) {
        return node(member, "an object", JsonNode::isObject).map(node -> new Members((ObjectNode) node));
    }

    /** At most 50, as AWS has it; empty where there is none. */
    List<String> texts(String member) {
        List<String> texts = new ArrayList<>();
        node(member, "a list", JsonNode::isArray)
                .ifPresent(list -> list.forEach(element -> {
                    require(member, "a list of texts", element.isTextual());
                    texts.add(element.textValue());
                }));
        if (texts.size() > LONGEST_LIST) {
            throw Refusal.validation(member + " has " + texts.size() + " members, expected at most " + LONGEST_LIST);
        }
        return texts;
    }

    /** Seconds since 1970, with a fraction or without. */
    Optional<Instant> instant(String member) {
        return node(member, "seconds since 1970", JsonNode::isNumber).map(node -> instant(member, node.decimalValue()));
    }

    private static Instant instant(String member, BigDecimal seconds) {
        try {
            return EpochTime.ofSeconds(seconds);
        } catch (ArithmeticException outOfRange) {
            throw Refusal.validation(member + " is '" + seconds + "', expected seconds since 1970");
        }
    }

    private Optional<JsonNode> node(String member, String type, Predicate<JsonNode> isOfType) {
        return Optional.ofNullable(object.get(member))
                .filter(node -> !node.isNull())
                .map(node -> {
                    require(member, type, isOfType.test(node));
                    return node;
                });
    }

    private static void require(String member, String type, boolean isOfType) {
        if (!isOfType) {
            throw Refusal.serialization("member " + member + " is of another type, expected " + type);
        }
    }
}
