package io.millrace.source.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Records of Kafka as functions and filter patterns see them (lambda-semantics 3.10, 3.11). */
final class RecordJson {
    private static final int AROUND_THE_BODY = 256;
    private static final String TRACEPARENT = "traceparent";
    /** Of the version that there is it has 55; others may have more. */
    private static final int LONGEST_TRACEPARENT = 256;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Senders make them up.
                    .build())
            // Patterns compare numbers as they are written.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .configure(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES, false);

    private RecordJson() {}

    static SourceRecord of(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        byte[] json = json(record);
        return new SourceRecord(
                new RecordPosition(record.partition(), record.offset()).toString(),
                orderKey(record.key()),
                arrived(record),
                json,
                () -> filterView(json, record.key(), record.value()),
                trace(record));
    }

    /** Producers that are traced set a header with the name that W3C Trace Context gives it. */
    private static Optional<String> trace(ConsumerRecord<?, ?> record) {
        Header header = record.headers().lastHeader(TRACEPARENT);
        return header == null || header.value() == null || header.value().length > LONGEST_TRACEPARENT
                ? Optional.empty()
                : Optional.of(new String(header.value(), UTF_8));
    }

    /** Records without a key stay in order among themselves. */
    private static String orderKey(byte @Nullable [] key) {
        return key == null ? "" : Base64.getEncoder().encodeToString(key);
    }

    /** By the producer's clock, unless the topic says otherwise; records of very old producers have no time. */
    private static Instant arrived(ConsumerRecord<?, ?> record) {
        return record.timestampType() == TimestampType.NO_TIMESTAMP_TYPE
                ? Instant.now()
                : Instant.ofEpochMilli(record.timestamp());
    }

    private static byte[] json(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        int bytes = Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
        ByteArrayOutputStream out = new ByteArrayOutputStream(AROUND_THE_BODY + bytes / 3 * 4);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("topic", record.topic());
            json.writeNumberField("partition", record.partition());
            json.writeNumberField("offset", record.offset());
            json.writeNumberField("timestamp", record.timestamp());
            json.writeStringField("timestampType", timestampType(record.timestampType()));
            writeBase64(json, "key", record.key());
            writeBase64(json, "value", record.value());
            json.writeArrayFieldStart("headers");
            for (Header header : record.headers()) {
                writeHeader(json, header);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory", impossible);
        }
        return out.toByteArray();
    }

    private static String timestampType(TimestampType type) {
        return type == TimestampType.LOG_APPEND_TIME ? "LOG_APPEND_TIME" : "CREATE_TIME";
    }

    /** Absent when null, as the value of a record that deletes its key is. */
    private static void writeBase64(JsonGenerator json, String name, byte @Nullable [] bytes) throws IOException {
        if (bytes != null) {
            json.writeBinaryField(name, bytes);
        }
    }

    private static void writeHeader(JsonGenerator json, Header header) throws IOException {
        byte @Nullable [] value = header.value();
        json.writeStartObject();
        if (value == null) {
            json.writeNullField(header.key());
        } else {
            json.writeArrayFieldStart(header.key());
            for (byte one : value) {
                json.writeNumber(one);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static ObjectNode filterView(byte[] json, byte @Nullable [] key, byte @Nullable [] value) {
        try {
            ObjectNode view = (ObjectNode) JSON.readTree(json);
            decode(view, "key", key);
            decode(view, "value", value);
            return view;
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading from memory", impossible);
        }
    }

    /** A body that is a JSON object is matched as one, any other as text. */
    private static void decode(ObjectNode view, String name, byte @Nullable [] bytes) {
        if (bytes == null) {
            return;
        }
        String text = new String(bytes, UTF_8);
        view.put(name, text);
        try {
            JsonNode body = JSON.readTree(text);
            if (body.isObject()) {
                view.set(name, body);
            }
        } catch (IOException plain) {
            view.put(name, text);
        }
    }
}
