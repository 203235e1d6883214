package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads the members of a request's object by their types; null counts as absent, as the SDKs mean it. All methods throw
 * InvalidRequestContentException for a member of another type.
 */
record Members(ObjectNode object) {
    /** End of the year 9999. */
    private static final double MOST_SECONDS = 253_402_300_799.0;

    boolean has(String member) {
        return object.hasNonNull(member);
    }

    Optional<String> text(String member) {
        return node(member).map(node -> {
            require(member, "a text", node.isTextual());
            return node.textValue();
        });
    }

    Optional<Integer> integer(String member) {
        return node(member).map(node -> {
            require(member, "a whole number", node.isIntegralNumber() && node.canConvertToInt());
            return node.intValue();
        });
    }

    /** Seconds since 1970, or ISO 8601; in milliseconds. */
    Optional<Instant> instant(String member) {
        return node(member).map(node -> {
            Optional<Instant> instant = seconds(node.asText()).or(() -> iso(node.asText()));
            require(member, "a time, as seconds since 1970", instant.isPresent());
            return instant.orElseThrow();
        });
    }

    private static Optional<Instant> seconds(String text) {
        try {
            double seconds = Double.parseDouble(text);
            return Math.abs(seconds) <= MOST_SECONDS
                    ? Optional.of(Instant.ofEpochMilli(Math.round(seconds * 1_000)))
                    : Optional.empty();
        } catch (NumberFormatException other) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> iso(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS));
        } catch (DateTimeParseException other) {
            return Optional.empty();
        }
    }

    Optional<Boolean> truth(String member) {
        return node(member).map(node -> {
            require(member, "true or false", node.isBoolean());
            return node.booleanValue();
        });
    }

    Optional<Members> object(String member) {
        return node(member).map(node -> {
            require(member, "an object", node.isObject());
            return new Members((ObjectNode) node);
        });
    }

    Optional<List<Members>> objects(String member) {
        return node(member).map(node -> {
            require(member, "a list", node.isArray());
            List<Members> objects = new ArrayList<>();
            for (JsonNode element : node) {
                require(member, "a list of objects", element.isObject());
                objects.add(new Members((ObjectNode) element));
            }
            return objects;
        });
    }

    Optional<List<String>> list(String member) {
        return node(member).map(node -> {
            require(member, "a list", node.isArray());
            List<String> texts = new ArrayList<>();
            for (JsonNode element : node) {
                require(member, "a list of texts", element.isTextual());
                texts.add(element.textValue());
            }
            return texts;
        });
    }

    /** All members, each a number, ordered by name. */
    Map<String, Double> numbers() {
        Map<String, Double> numbers = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            require(entry.getKey(), "a number", entry.getValue().isNumber());
            numbers.put(entry.getKey(), entry.getValue().doubleValue());
        }
        return numbers;
    }

    /** All members, each a text, ordered by name. */
    Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        object.fieldNames().forEachRemaining(name -> text(name).ifPresent(value -> texts.put(name, value)));
        return texts;
    }

    private Optional<JsonNode> node(String member) {
        return Optional.ofNullable(object.get(member)).filter(node -> !node.isNull());
    }

    private static void require(String member, String type, boolean isOfType) {
        if (!isOfType) {
            throw new InvalidRequestContentException(
                    "Could not parse request body into json: member " + member + " must be " + type);
        }
    }
}
