package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.eventsource.PartitionedSource.BatchInfo;
import io.millrace.runtime.mapping.Piece.LastAttempt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * What an on-failure destination gets to read about records that were given up (lambda-semantics 3.7).
 *
 * @param requestId of the last attempt
 * @param functionArn as the mapping has it
 * @param last empty if the reason is not the function's
 * @param event present where the batch says that its record holds it
 */
@SuppressWarnings("ArrayRecordComponent") // Written once, never compared.
record GivenUp(
        String requestId,
        String functionArn,
        String condition,
        int attempts,
        Optional<LastAttempt> last,
        Instant timestamp,
        BatchInfo batch,
        Optional<byte[]> event) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** UTF-8 JSON. */
    byte[] toJson() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeObjectFieldStart("requestContext");
            json.writeStringField("requestId", requestId);
            json.writeStringField("functionArn", functionArn);
            json.writeStringField("condition", condition);
            json.writeNumberField("approximateInvokeCount", attempts);
            json.writeEndObject();
            if (last.isPresent()) {
                json.writeObjectFieldStart("responseContext");
                json.writeNumberField("statusCode", 200);
                json.writeStringField("executedVersion", last.get().executedVersion());
                // Null where the function said itself that records failed.
                json.writeStringField("functionError", last.get().isError() ? "Unhandled" : null);
                json.writeEndObject();
            }
            json.writeStringField("version", "1.0");
            json.writeStringField("timestamp", MILLIS.format(timestamp));
            json.writeFieldName(batch.member());
            json.writeTree(batch.info());
            if (event.isPresent()) {
                json.writeFieldName("payload");
                json.writeRawValue(new String(event.get(), StandardCharsets.UTF_8));
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }
}
