package io.millrace.source.postgresql;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * A row of an outbox.
 *
 * @param operation INSERT, MODIFY or REMOVE
 * @param keys JSON, as are the images: the database has made sure of it
 */
record Change(
        long number,
        String transaction,
        Instant made,
        String operation,
        String schema,
        String table,
        String keys,
        Optional<String> newImage,
        Optional<String> oldImage) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MICROSECONDS = 6;
    private static final int NANOS_OF_A_MICRO = 1_000;

    /** As functions know it: close to a change of DynamoDB's, with plain JSON instead of typed values. */
    SourceRecord record(OutboxName outbox) {
        byte[] json = json(outbox);
        Change bare = new Change(
                number, transaction, made, operation, schema, table, "{}", Optional.empty(), Optional.empty());
        return new SourceRecord(Long.toString(number), schema + "." + table + " " + keys, made, json, () -> view(json)
                .or(() -> view(bare.json(outbox)))
                .orElseThrow());
    }

    /** PostgreSQL takes JSON that is nested deeper than anything here reads: filters see neither keys nor images of it. */
    private static Optional<ObjectNode> view(byte[] json) {
        try {
            return Optional.of((ObjectNode) JSON.readTree(json));
        } catch (IOException tooDeep) {
            return Optional.empty();
        }
    }

    private byte[] json(OutboxName outbox) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("eventID", outbox.outbox() + ":" + number);
            json.writeStringField("eventName", operation);
            json.writeStringField("eventVersion", "1.0");
            json.writeStringField("eventSource", "millrace:postgresql");
            json.writeStringField("awsRegion", outbox.region());
            json.writeObjectFieldStart("postgresql");
            json.writeNumberField("ApproximateCreationDateTime", seconds());
            json.writeStringField("Schema", schema);
            json.writeStringField("Table", table);
            json.writeStringField("TransactionId", transaction);
            json.writeStringField("SequenceNumber", Long.toString(number));
            json.writeNumberField("SizeBytes", sizeBytes());
            writeRaw(json, "Keys", Optional.of(keys));
            writeRaw(json, "NewImage", newImage);
            writeRaw(json, "OldImage", oldImage);
            json.writeEndObject();
            json.writeStringField("eventSourceARN", outbox.arn());
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("bytes in memory can always be written", impossible);
        }
        return bytes.toByteArray();
    }

    /** Passed on as it is, with all digits of its numbers. */
    private static void writeRaw(JsonGenerator json, String name, Optional<String> text) throws IOException {
        if (text.isPresent()) {
            json.writeFieldName(name);
            json.writeRawValue(text.get());
        }
    }

    private BigDecimal seconds() {
        return BigDecimal.valueOf(made.getEpochSecond())
                .add(BigDecimal.valueOf(made.getNano() / NANOS_OF_A_MICRO, MICROSECONDS));
    }

    /** What it takes in memory, nearly. */
    int characters() {
        return keys.length()
                + newImage.map(String::length).orElse(0)
                + oldImage.map(String::length).orElse(0);
    }

    private int sizeBytes() {
        return bytes(keys)
                + newImage.map(Change::bytes).orElse(0)
                + oldImage.map(Change::bytes).orElse(0);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
