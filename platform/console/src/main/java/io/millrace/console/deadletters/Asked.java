package io.millrace.console.deadletters;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.door.DoorRefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What a request says, read strictly: a member nobody knows is refused, as a misspelt limit would else be none.
 * Everything fails with DoorRefusedException (400).
 */
final class Asked {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final int SHOWN = 60;

    private final String whole;
    private final ObjectNode members;

    private Asked(String whole, ObjectNode members) {
        this.whole = whole;
        this.members = members;
    }

    /** @param known the members there may be */
    static Asked of(byte[] body, Set<String> known) {
        JsonNode read;
        try {
            read = JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            throw DoorRefusedException.invalid("the request is no JSON: " + notJson.getOriginalMessage());
        } catch (IOException unreadable) {
            throw DoorRefusedException.invalid("the request is no JSON: " + unreadable.getMessage());
        }
        return of("the request", read, known);
    }

    private static Asked of(String whole, JsonNode read, Set<String> known) {
        if (!(read instanceof ObjectNode members)) {
            throw DoorRefusedException.invalid(whole + " is " + shown(read) + ", expected a JSON object");
        }
        members.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw DoorRefusedException.invalid(whole + " has '" + cut(name) + "', expected no more than "
                        + String.join(", ", new TreeSet<>(known)));
            }
        });
        return new Asked(whole, members);
    }

    /** The object there; one without members where there is none. */
    Asked object(String name, Set<String> known) {
        return of(name, has(name) ? members.get(name) : JSON.createObjectNode(), known);
    }

    boolean has(String name) {
        return members.hasNonNull(name);
    }

    /** Text that must be there and not empty. */
    String text(String name) {
        return optionalText(name).orElseThrow(() -> DoorRefusedException.invalid(whole + " has no " + name));
    }

    /** Empty where there is none, or an empty one: forms send those. */
    Optional<String> optionalText(String name) {
        return has(name)
                ? Optional.of(texts(name, members.get(name))).filter(text -> !text.isEmpty())
                : Optional.empty();
    }

    /** As it is, also an empty one. */
    Optional<String> exactText(String name) {
        return has(name) ? Optional.of(texts(name, members.get(name))) : Optional.empty();
    }

    private static String texts(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw DoorRefusedException.invalid(name + " is " + shown(value) + ", expected text");
        }
        return value.textValue();
    }

    boolean flag(String name) {
        JsonNode value = members.path(name);
        if (has(name) && !value.isBoolean()) {
            throw DoorRefusedException.invalid(name + " is " + shown(value) + ", expected true or false");
        }
        return value.asBoolean(false);
    }

    long number(String name, long otherwise, long least, long most) {
        if (!has(name)) {
            return otherwise;
        }
        JsonNode value = members.get(name);
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < least
                || value.longValue() > most) {
            throw DoorRefusedException.invalid(name + " is " + shown(value) + ", expected a whole number from " + least
                    + (most == Long.MAX_VALUE ? "" : " to " + most));
        }
        return value.longValue();
    }

    /** @param expected in words, for the refusal */
    double fraction(String name, double otherwise, double above, double most, String expected) {
        if (!has(name)) {
            return otherwise;
        }
        JsonNode value = members.get(name);
        if (!value.isNumber() || !(value.doubleValue() > above) || value.doubleValue() > most) {
            throw DoorRefusedException.invalid(name + " is " + shown(value) + ", expected " + expected);
        }
        return value.doubleValue();
    }

    List<String> list(String name, int most) {
        List<String> texts = new ArrayList<>();
        if (has(name)) {
            JsonNode value = members.get(name);
            if (!value.isArray() || value.size() > most) {
                throw DoorRefusedException.invalid(
                        name + " is " + (value.isArray() ? value.size() + " texts" : shown(value))
                                + ", expected a list of at most " + most + " texts");
            }
            value.forEach(each -> texts.add(texts("one of " + name, each)));
        }
        return texts;
    }

    Map<String, String> map(String name) {
        Map<String, String> pairs = new LinkedHashMap<>();
        if (has(name)) {
            JsonNode value = members.get(name);
            if (!value.isObject()) {
                throw DoorRefusedException.invalid(name + " is " + shown(value) + ", expected an object of texts");
            }
            value.properties()
                    .forEach(pair -> pairs.put(pair.getKey(), texts(name + "." + pair.getKey(), pair.getValue())));
        }
        return pairs;
    }

    /** What {@code parser} makes of the text, which says by IllegalArgumentException what is wrong. */
    <T> Optional<T> parsed(String name, Function<String, T> parser) {
        return optionalText(name).map(text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException wrong) {
                throw DoorRefusedException.invalid(name + " is " + wrong.getMessage());
            }
        });
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "nothing" : cut(value.toString());
    }

    private static String cut(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
