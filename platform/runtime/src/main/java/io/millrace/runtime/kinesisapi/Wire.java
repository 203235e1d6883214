package io.millrace.runtime.kinesisapi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.millrace.core.time.EpochTime;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How objects are written. The SDK for Java uses CBOR unless it is told not to, all others JSON. */
final class Wire {
    private static final int MILLIS = 3;

    /** Bytes as Base64, times as seconds. */
    static final Wire JSON = new Wire(
            "JSON",
            "application/x-amz-json-1.1",
            MILLIS,
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.CHARSET_DETECTION)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build());

    /** Bytes as such, times as milliseconds. */
    static final Wire CBOR = new Wire(
            "CBOR",
            "application/x-amz-cbor-1.1",
            0,
            CBORFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build());

    private final String name;
    private final String contentType;
    private final int decimals;
    private final ObjectMapper mapper;

    /** @param decimals of times that are below a unit, where milliseconds have none */
    private Wire(String name, String contentType, int decimals, JsonFactory format) {
        this.name = name;
        this.contentType = contentType;
        this.decimals = decimals;
        this.mapper = new ObjectMapper(format)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    }

    static Wire of(@Nullable String contentType) {
        return contentType != null && contentType.startsWith(CBOR.contentType) ? CBOR : JSON;
    }

    String contentType() {
        return contentType;
    }

    JsonNode time(Instant time) {
        long millis = time.toEpochMilli();
        return decimals == 0 ? LongNode.valueOf(millis) : DecimalNode.valueOf(BigDecimal.valueOf(millis, decimals));
    }

    /** @throws ArithmeticException if it is out of range */
    Instant time(BigDecimal number) {
        return decimals == 0 ? EpochTime.ofMillis(number) : EpochTime.ofSeconds(number);
    }

    ObjectNode read(byte[] body) {
        try {
            if (mapper.readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException notIt) {
            throw Refusal.serialization("the body is not " + name + ": " + notIt.getOriginalMessage());
        } catch (IOException notText) {
            throw Refusal.serialization("the body is not " + name + ": " + notText.getMessage());
        }
        throw Refusal.serialization("the body is not " + name + ", expected an object");
    }

    Buffer write(ObjectNode body) {
        try {
            return Buffer.buffer(mapper.writeValueAsBytes(body));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("an answer could not be written", impossible);
        }
    }
}
