package io.millrace.runtime.eventbusapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.time.EpochTime;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Reads the members of a request's object by their types; null counts as absent. What nobody read is refused in the end,
 * so that nothing is taken and ignored. For one thread.
 */
final class Members {
    private final ObjectNode object;
    private final Set<String> unread = new TreeSet<>();

    Members(ObjectNode object) {
        this.object = object;
        object.fieldNames().forEachRemaining(unread::add);
        unread.removeIf(name -> !object.hasNonNull(name));
    }

    Optional<String> text(String member) {
        return node(member, "a text", JsonNode::isTextual).map(JsonNode::textValue);
    }

    String required(String member) {
        return text(member).filter(text -> !text.isEmpty()).orElseThrow(() -> missing(member));
    }

    static Refusal missing(String member) {
        String field = Character.toLowerCase(member.charAt(0)) + member.substring(1);
        return Refusal.validation("1 validation error detected: Value null at '" + field
                + "' failed to satisfy constraint: Member must not be null");
    }

    Optional<Integer> integer(String member) {
        return node(member, "a whole number", node -> node.isIntegralNumber() && node.canConvertToInt())
                .map(JsonNode::intValue);
    }

    Optional<Members> object(String member) {
        return node(member, "an object", JsonNode::isObject).map(node -> new Members((ObjectNode) node));
    }

    List<String> texts(String member) {
        List<String> texts = new ArrayList<>();
        node(member, "a list", JsonNode::isArray)
                .ifPresent(list -> list.forEach(element -> {
                    require(member, "a list of texts", element.isTextual());
                    texts.add(element.textValue());
                }));
        return texts;
    }

    List<Members> objects(String member) {
        List<Members> objects = new ArrayList<>();
        node(member, "a list", JsonNode::isArray)
                .ifPresent(list -> list.forEach(element -> {
                    require(member, "a list of objects", element.isObject());
                    objects.add(new Members((ObjectNode) element));
                }));
        return objects;
    }

    /** All members, each a text. */
    Map<String, String> map(String member) {
        Map<String, String> map = new TreeMap<>();
        node(member, "an object", JsonNode::isObject)
                .ifPresent(node -> node.properties().forEach(each -> {
                    require(member, "an object of texts", each.getValue().isTextual());
                    map.put(each.getKey(), each.getValue().textValue());
                }));
        return map;
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

    /** @throws Refusal if there is a member that nobody looked at */
    void requireAllRead(String of) {
        if (!unread.isEmpty()) {
            throw Refusal.validation(unread.iterator().next() + " is not supported by this server for " + of);
        }
    }

    private Optional<JsonNode> node(String member, String type, Predicate<JsonNode> isOfType) {
        unread.remove(member);
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
