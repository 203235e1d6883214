package io.millrace.deadletter.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.Cause;
import io.millrace.deadletter.DeadLetter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Dead letters in words for people and in JSON for machines. */
final class Words {
    static final String NO_CAUSE = "no cause recorded";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());
    private static final int HEX_BYTES = 1_024;

    private Words() {}

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static String time(Optional<Instant> time) {
        return time.map(SECONDS::format).orElse("-");
    }

    static String errorType(DeadLetter letter) {
        return letter.cause().map(Cause::errorType).orElse(NO_CAUSE);
    }

    static String attempts(DeadLetter letter) {
        return letter.cause().map(cause -> Long.toString(cause.attempts())).orElse("-");
    }

    /** The message of its cause if there is one, and the beginning of the body. */
    static String summary(DeadLetter letter) {
        String body = text(letter.body()).orElseGet(() -> letter.body().length + " bytes");
        return letter.cause().map(cause -> cause.errorMessage() + " | ").orElse("") + Rows.cut(body, 200);
    }

    static Optional<String> text(byte[] body) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    /** Pretty where it is JSON, as it is where it is text, else the first bytes in hexadecimal digits. */
    static String readable(byte[] body) {
        Optional<JsonNode> json = json(body);
        if (json.isPresent()) {
            return json.get().toPrettyString();
        }
        return text(body)
                .orElseGet(() -> HexFormat.ofDelimiter(" ").formatHex(body, 0, Math.min(body.length, HEX_BYTES))
                        + (body.length > HEX_BYTES ? " … (" + body.length + " bytes)" : ""));
    }

    private static Optional<JsonNode> json(byte[] body) {
        try {
            JsonNode read = JSON.readTree(body);
            return read == null || read.isMissingNode() ? Optional.empty() : Optional.of(read);
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    static ObjectNode json(DeadLetter letter) {
        ObjectNode node = object().put("id", letter.id()).put("queue", letter.queue());
        node.put("function", letter.function().map(Object::toString).orElse(null));
        node.put("origin", letter.origin().orElse(null));
        node.put("firstSeen", letter.firstSeen().map(Instant::toString).orElse(null));
        node.put("redrives", letter.redrives());
        node.set("cause", letter.cause().map(Words::json).orElse(null));
        node.set("earlierCause", letter.earlierCause().map(Words::json).orElse(null));
        node.put("contentType", letter.contentType());
        node.set("properties", json(letter.properties()));
        node.set("headers", json(letter.headers()));
        Optional<String> text = text(letter.body());
        node.put("body", text.orElseGet(() -> Base64.getEncoder().encodeToString(letter.body())));
        node.put("bodyEncoding", text.isPresent() ? "utf-8" : "base64");
        return node;
    }

    private static ObjectNode json(Cause cause) {
        return object().put("condition", cause.condition())
                .put("errorType", cause.errorType())
                .put("errorMessage", cause.errorMessage())
                .put("stackTrace", cause.stackTrace())
                .put("attempts", cause.attempts())
                .put("version", cause.version())
                .put("fingerprint", cause.fingerprint())
                .put("diedAt", cause.diedAt().toString());
    }

    private static ObjectNode json(Map<String, Object> values) {
        ObjectNode node = object();
        values.forEach((name, value) -> put(node, name, value));
        return node;
    }

    private static void put(ObjectNode node, String name, Object value) {
        if (value instanceof Long || value instanceof Integer || value instanceof Short) {
            node.put(name, ((Number) value).longValue());
        } else if (value instanceof Boolean flag) {
            node.put(name, flag);
        } else {
            node.put(name, String.valueOf(value));
        }
    }

    static String line(JsonNode node) {
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
