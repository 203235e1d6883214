package io.millrace.source.kinesis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.services.kinesis.model.Record;

/** A record as functions know it (lambda-semantics 3.11). */
final class KinesisRecord {
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Senders make them up.
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final double MILLIS_PER_SECOND = 1000.0;

    private KinesisRecord() {}

    static SourceRecord of(Record record, String shard, StreamName stream) {
        byte[] data = record.data().asByteArrayUnsafe();
        ObjectNode json = json(record, data, shard, stream);
        return new SourceRecord(
                record.sequenceNumber(),
                record.partitionKey(),
                record.approximateArrivalTimestamp(),
                bytes(json),
                () -> filterView(json.deepCopy(), data));
    }

    private static ObjectNode json(Record record, byte[] data, String shard, StreamName stream) {
        ObjectNode json = JSON.createObjectNode();
        json.putObject("kinesis")
                .put("kinesisSchemaVersion", "1.0")
                .put("partitionKey", record.partitionKey())
                .put("sequenceNumber", record.sequenceNumber())
                .put("data", data)
                .put(
                        "approximateArrivalTimestamp",
                        record.approximateArrivalTimestamp().toEpochMilli() / MILLIS_PER_SECOND);
        return json.put("eventSource", "aws:kinesis")
                .put("eventVersion", "1.0")
                .put("eventID", shard + ":" + record.sequenceNumber())
                .put("eventName", "aws:kinesis:record")
                .put("invokeIdentityArn", "arn:aws:iam::" + stream.account() + ":role/millrace")
                .put("awsRegion", stream.region())
                .put("eventSourceARN", stream.arn());
    }

    /** Patterns speak of {@code data}, decoded, and of the members beside it (lambda-semantics 3.10). */
    private static ObjectNode filterView(ObjectNode json, byte[] data) {
        json.setAll((ObjectNode) json.path("kinesis"));
        try {
            json.set("data", JSON.readTree(data));
        } catch (IOException noJson) {
            json.put("data", new String(data, StandardCharsets.UTF_8));
        }
        return json;
    }

    private static byte[] bytes(ObjectNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of JSON can always be written", impossible);
        }
    }
}
