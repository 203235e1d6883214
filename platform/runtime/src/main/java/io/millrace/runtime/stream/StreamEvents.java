package io.millrace.runtime.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceRecord;
import io.millrace.runtime.config.IdentitySettings;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Records as functions see those of Kinesis (lambda-semantics 3.7, 3.11). */
record StreamEvents(String arn, IdentitySettings identity) {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final int DECIMALS = 3;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Producers make them up.
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    SourceRecord record(String shardId, StreamRecord record) {
        return new SourceRecord(
                record.sequence().toString(),
                record.partitionKey(),
                record.arrived(),
                bytes(json(shardId, record)),
                () -> filterView(shardId, record));
    }

    private ObjectNode json(String shardId, StreamRecord record) {
        ObjectNode json = JSON.createObjectNode();
        json.putObject("kinesis")
                .put("kinesisSchemaVersion", "1.0")
                .put("partitionKey", record.partitionKey())
                .put("sequenceNumber", record.sequence().toString())
                .put("data", record.data())
                .put(
                        "approximateArrivalTimestamp",
                        BigDecimal.valueOf(record.arrived().toEpochMilli(), DECIMALS));
        return json.put("eventSource", "aws:kinesis")
                .put("eventVersion", "1.0")
                .put("eventID", shardId + ":" + record.sequence())
                .put("eventName", "aws:kinesis:record")
                .put("invokeIdentityArn", "arn:aws:iam::" + identity.account() + ":role/millrace")
                .put("awsRegion", identity.region())
                .put("eventSourceARN", arn);
    }

    /** Patterns name the members of {@code kinesis} without it, the data above all. */
    private ObjectNode filterView(String shardId, StreamRecord record) {
        ObjectNode view = json(shardId, record);
        JsonNode kinesis = view.path("kinesis");
        kinesis.properties().forEach(member -> view.set(member.getKey(), member.getValue()));
        view.set("data", data(record.data()));
        return view;
    }

    private static JsonNode data(byte[] data) {
        try {
            if (JSON.readTree(data) instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException notJson) {
            return text(data);
        }
        return text(data);
    }

    private static JsonNode text(byte[] data) {
        return JSON.getNodeFactory().textNode(new String(data, StandardCharsets.UTF_8));
    }

    private static byte[] bytes(ObjectNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of JSON can always be written", impossible);
        }
    }

    ObjectNode batchInfo(String shardId, List<SourceRecord> batch) {
        SourceRecord first = batch.get(0);
        SourceRecord last = batch.get(batch.size() - 1);
        return JSON.createObjectNode()
                .put("shardId", shardId)
                .put("startSequenceNumber", first.position())
                .put("endSequenceNumber", last.position())
                .put("approximateArrivalOfFirstRecord", time(first.arrived()))
                .put("approximateArrivalOfLastRecord", time(last.arrived()))
                .put("batchSize", batch.size())
                .put("streamArn", arn);
    }

    private static String time(Instant instant) {
        return MILLIS.format(instant);
    }
}
