package io.millrace.runtime.scheduleapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.time.EpochTime;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Reads the members of a request's object by their types; null counts as absent. All methods refuse a member of another
 * type with SerializationException, as AWS does.
 */
record Members(ObjectNode object) {
    /** @throws Refusal for the first that is none of these: it would be taken and have no effect */
    Members only(String path, Set<String> names) {
        object.properties().stream()
                .filter(member -> !member.getValue().isNull() && !names.contains(member.getKey()))
                .findFirst()
                .ifPresent(member -> {
                    throw Refusal.unsupported(path + member.getKey());
                });
        return this;
    }

    Optional<String> text(String member) {
        return node(member, "a text", JsonNode::isTextual).map(JsonNode::textValue);
    }

    /** @throws Refusal outside of the range */
    OptionalInt integer(String member, int minimum, int maximum) {
        Optional<Integer> value = node(
                        member, "a whole number", node -> node.isIntegralNumber() && node.canConvertToInt())
                .map(JsonNode::intValue);
        value.filter(number -> number < minimum || number > maximum).ifPresent(number -> {
            throw Refusal.validation(member + " is '" + number + "', expected " + minimum + " to " + maximum);
        });
        return value.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    Optional<Members> object(String member) {
        return node(member, "an object", JsonNode::isObject).map(node -> new Members((ObjectNode) node));
    }

    /** Seconds since 1970, with a fraction or without, to whole seconds. */
    Optional<Instant> instant(String member) {
        return node(member, "seconds since 1970", JsonNode::isNumber).map(node -> instant(member, node.decimalValue()));
    }

    private static Instant instant(String member, BigDecimal seconds) {
        try {
            return EpochTime.ofSeconds(seconds).truncatedTo(ChronoUnit.SECONDS);
        } catch (ArithmeticException outOfRange) {
            throw Refusal.validation(member + " is '" + seconds + "', expected seconds since 1970");
        }
    }

    private Optional<JsonNode> node(String member, String type, Predicate<JsonNode> isOfType) {
        return Optional.ofNullable(object.get(member))
                .filter(node -> !node.isNull())
                .map(node -> {
                    if (!isOfType.test(node)) {
                        throw Refusal.serialization("member " + member + " is of another type, expected " + type);
                    }
                    return node;
                });
    }
}
