package io.millrace.deadletter;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What only the message itself tells: its body, and properties whose names the broker's selectors do not take. */
final class BodyMatch {
    // Numbers as they are written, and nothing behind the value.
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private BodyMatch() {}

    static boolean hasProperty(DeadLetter letter, String name, String value) {
        Object found = letter.properties().getOrDefault(name, letter.headers().get(name));
        return found != null && found.toString().equals(value);
    }

    static Predicate<DeadLetter> contains(String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        return letter -> contains(letter.body(), wanted);
    }

    private static boolean contains(byte[] body, byte[] wanted) {
        for (int start = 0; start <= body.length - wanted.length; start++) {
            int matching = 0;
            while (matching < wanted.length && body[start + matching] == wanted[matching]) {
                matching++;
            }
            if (matching == wanted.length) {
                return true;
            }
        }
        return false;
    }

    static Predicate<DeadLetter> json(Map<String, String> wanted) {
        Map<JsonPointer, String> compiled = new HashMap<>();
        wanted.forEach((pointer, value) -> compiled.put(JsonPointer.compile(pointer), value));
        return letter -> body(letter.body())
                .filter(body ->
                        compiled.entrySet().stream().allMatch(each -> isAt(body.at(each.getKey()), each.getValue())))
                .isPresent();
    }

    private static boolean isAt(JsonNode found, String wanted) {
        if (found.isMissingNode()) {
            return false;
        }
        return found.isValueNode()
                ? found.asText().equals(wanted)
                : parsed(wanted).filter(found::equals).isPresent();
    }

    private static Optional<JsonNode> parsed(String json) {
        try {
            return Optional.of(JSON.readTree(json));
        } catch (JsonProcessingException notJson) {
            return Optional.empty();
        }
    }

    /** The body as JSON, if it is that. */
    static Optional<JsonNode> body(byte[] body) {
        if (body.length == 0) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(JSON.readTree(body));
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }
}
