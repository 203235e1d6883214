package io.millrace.runtime.destination;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * What a destination gets to read about an invocation, in Lambda's shape (lambda-semantics 2.3).
 *
 * @param condition Success, RetriesExhausted, EventAgeExceeded, ZeroReservedConcurrency, RecursiveInvocation,
 *     IdempotencyKeyReused, IdempotencyKeyMissing or PayloadTooLarge
 * @param functionArn with a qualifier, always
 * @param attempts that were started
 * @param request the event
 * @param response result or error of the last attempt; empty if none ran
 * @param functionError whether {@code response} is an error
 */
@SuppressWarnings("ArrayRecordComponent") // Written once, never compared.
public record OutcomeRecord(
        Instant timestamp,
        String requestId,
        String functionArn,
        String condition,
        int attempts,
        byte[] request,
        Optional<byte[]> response,
        boolean functionError,
        String executedVersion) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** UTF-8 JSON. */
    public byte[] toJson() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512 + request.length);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("version", "1.0");
            json.writeStringField("timestamp", MILLIS.format(timestamp));
            json.writeObjectFieldStart("requestContext");
            json.writeStringField("requestId", requestId);
            json.writeStringField("functionArn", functionArn);
            json.writeStringField("condition", condition);
            json.writeNumberField("approximateInvokeCount", attempts);
            json.writeEndObject();
            writePayload(json, "requestPayload", request);
            if (response.isPresent()) {
                json.writeObjectFieldStart("responseContext");
                json.writeNumberField("statusCode", 200);
                json.writeStringField("executedVersion", executedVersion);
                if (functionError) {
                    json.writeStringField("functionError", "Unhandled");
                }
                json.writeEndObject();
                writePayload(json, "responsePayload", response.get());
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    // Messaging clients may have sent anything; what is not JSON travels as a text.
    private static void writePayload(JsonGenerator json, String field, byte[] payload) throws IOException {
        json.writeFieldName(field);
        String text = new String(payload, StandardCharsets.UTF_8);
        if (isJson(payload)) {
            json.writeRawValue(text);
        } else {
            json.writeString(text);
        }
    }

    private static boolean isJson(byte[] payload) {
        try (JsonParser parser = JSON.createParser(payload)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException notJson) {
            return false;
        }
    }
}
