package io.millrace.runtime.kinesisapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * Reads the members of a request's object by their types; null counts as absent. A member of another type is refused
 * with SerializationException, as AWS does.
 *
 * @param answered ends when the answer to the request is with the client, or the client is gone
 */
record Members(ObjectNode object, Wire wire, Future<Void> answered) {

    /** @throws Refusal if there is a member that is not known here */
    Members only(String... known) {
        object.fieldNames().forEachRemaining(member -> {
            if (!Arrays.asList(known).contains(member) && object.hasNonNull(member)) {
                throw Refusal.validation(member + " is not supported here, expected " + String.join(", ", known));
            }
        });
        return this;
    }

    Optional<String> text(String member) {
        return node(member, "a text", JsonNode::isTextual).map(JsonNode::textValue);
    }

    String requireText(String member) {
        return text(member).orElseThrow(() -> Refusal.missing(member));
    }

    OptionalInt integer(String member) {
        return node(member, "a whole number", node -> node.isIntegralNumber() && node.canConvertToInt())
                .map(node -> OptionalInt.of(node.intValue()))
                .orElse(OptionalInt.empty());
    }

    /** @throws Refusal if it is not within the range */
    int integer(String member, int whenAbsent, int smallest, int largest) {
        int value = integer(member).orElse(whenAbsent);
        if (value < smallest || value > largest) {
            throw Refusal.validation(member + " is '" + value + "', expected " + smallest + " to " + largest);
        }
        return value;
    }

    boolean truth(String member) {
        return node(member, "true or false", JsonNode::isBoolean)
                .map(JsonNode::booleanValue)
                .orElse(false);
    }

    Optional<Members> object(String member) {
        return node(member, "an object", JsonNode::isObject)
                .map(node -> new Members((ObjectNode) node, wire, answered));
    }

    List<Members> objects(String member) {
        JsonNode list = node(member, "a list", JsonNode::isArray).orElseThrow(() -> Refusal.missing(member));
        List<Members> objects = new ArrayList<>();
        list.forEach(element -> {
            require(member, "a list of objects", element.isObject());
            objects.add(new Members((ObjectNode) element, wire, answered));
        });
        return objects;
    }

    byte[] requireBytes(String member) {
        JsonNode node = node(member, "bytes", bytes -> bytes.isTextual() || bytes.isBinary())
                .orElseThrow(() -> Refusal.missing(member));
        try {
            return node.binaryValue();
        } catch (IOException notBase64) {
            throw Refusal.serialization("member " + member + " is not Base64");
        }
    }

    Optional<Instant> instant(String member) {
        return node(member, "a time", JsonNode::isNumber).map(node -> {
            try {
                return wire.time(node.decimalValue());
            } catch (ArithmeticException outOfRange) {
                throw Refusal.validation(member + " is '" + node + "', expected a time since 1970");
            }
        });
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
