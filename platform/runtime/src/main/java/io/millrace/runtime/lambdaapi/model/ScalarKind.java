package io.millrace.runtime.lambdaapi.model;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** How a single value is written, in a body and outside of it. */
record ScalarKind(String shown, Predicate<JsonToken> isReadable, Function<String, Optional<JsonNode>> reading) {
    static final ScalarKind TEXT =
            new ScalarKind("a String", ScalarKind::isText, text -> Optional.of(TextNode.valueOf(text)));
    /** Base64 in a body; whoever uses the bytes decodes them, once. */
    static final ScalarKind BLOB =
            new ScalarKind("a Blob", ScalarKind::isText, text -> Optional.of(TextNode.valueOf(text)));

    static final ScalarKind INTEGER = new ScalarKind("an Integer", ScalarKind::isWhole, ScalarKind::integer);
    static final ScalarKind LONG =
            new ScalarKind("a Long", ScalarKind::isWhole, text -> whole(text).map(LongNode::valueOf));
    static final ScalarKind DOUBLE = new ScalarKind("a Double", JsonToken::isNumeric, ScalarKind::number);
    static final ScalarKind TRUTH = new ScalarKind("a Boolean", JsonToken::isBoolean, ScalarKind::truth);
    /** Seconds since 1970, or ISO 8601, which SDKs write outside of bodies. */
    static final ScalarKind TIMESTAMP = new ScalarKind(
            "a Timestamp", token -> token.isNumeric() || isText(token), text -> Optional.of(TextNode.valueOf(text)));

    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,400}(\\.[0-9]{1,400})?([eE][+-]?[0-9]{1,9})?");

    /** @throws MalformedRequestException if the body has another type there */
    JsonNode read(BodyReader in, String at) throws IOException {
        JsonToken token = in.token();
        if (token.isStructStart()) {
            throw MalformedRequestException.unexpected(token, at);
        }
        Optional<JsonNode> value = isReadable.test(token) ? reading.apply(in.text()) : Optional.empty();
        return value.orElseThrow(() -> MalformedRequestException.unconvertible(token, shown, at));
    }

    /** @throws MalformedRequestException if a part of the path, query or head is of another type */
    JsonNode parse(String text, String at) {
        return reading.apply(text)
                .orElseThrow(() -> MalformedRequestException.unconvertible(JsonToken.VALUE_STRING, shown, at));
    }

    private static boolean isText(JsonToken token) {
        return token == JsonToken.VALUE_STRING;
    }

    private static boolean isWhole(JsonToken token) {
        return token == JsonToken.VALUE_NUMBER_INT;
    }

    private static Optional<JsonNode> integer(String text) {
        return whole(text)
                .filter(number -> number == number.intValue())
                .map(number -> IntNode.valueOf(number.intValue()));
    }

    private static Optional<JsonNode> number(String text) {
        return NUMBER.matcher(text).matches()
                ? Optional.of(DoubleNode.valueOf(Double.parseDouble(text)))
                : Optional.empty();
    }

    private static Optional<JsonNode> truth(String text) {
        return text.equals("true") || text.equals("false")
                ? Optional.of(BooleanNode.valueOf(text.equals("true")))
                : Optional.empty();
    }

    private static Optional<Long> whole(String text) {
        return WHOLE.matcher(text).matches() ? Optional.of(Long.valueOf(text)) : Optional.empty();
    }
}
