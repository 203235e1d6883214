package io.millrace.runtime.functionurl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.runtime.functionurl.HttpAnswer.Header;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** From what a function returned to an HTTP response (lambda-semantics 7.4). */
final class ResponseInference {
    private static final String JSON = "application/json";

    private ResponseInference() {}

    /**
     * @param result of the function, as it came
     * @throws MalformedResponseException if it is not JSON, or says what HTTP cannot
     */
    static HttpAnswer infer(byte[] result) {
        JsonNode value = read(result);
        if (value.isObject() && value.has("statusCode")) {
            HttpAnswer head = ResponseHead.read(value, 200, JSON);
            return new HttpAnswer(head.status(), head.headers(), body(value));
        }
        byte[] body = value.isTextual() ? utf8(value.textValue()) : Json.compact(result);
        return new HttpAnswer(200, List.of(new Header("Content-Type", JSON)), body);
    }

    private static JsonNode read(byte[] result) {
        try {
            JsonNode value = Json.MAPPER.readTree(result);
            if (!value.isMissingNode()) {
                return value;
            }
        } catch (IOException notJson) {
            throw new MalformedResponseException("the result is not JSON");
        }
        throw new MalformedResponseException("the result is empty");
    }

    private static byte[] body(JsonNode response) {
        JsonNode body = response.path("body");
        JsonNode encoded = response.path("isBase64Encoded");
        if (!encoded.isMissingNode() && !encoded.isNull() && !encoded.isBoolean()) {
            throw new MalformedResponseException("isBase64Encoded is neither true nor false");
        }
        if (body.isMissingNode() || body.isNull()) {
            return new byte[0];
        }
        if (!body.isTextual()) {
            return written(body);
        }
        return encoded.booleanValue() ? decoded(body.textValue()) : utf8(body.textValue());
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            throw new MalformedResponseException("body is not base64, though isBase64Encoded says so");
        }
    }

    private static byte[] written(JsonNode body) {
        try {
            return Json.MAPPER.writeValueAsBytes(body);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of JSON can always be written", impossible);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
