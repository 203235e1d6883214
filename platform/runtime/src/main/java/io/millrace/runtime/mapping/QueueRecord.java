package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;

/** A message of a queue as functions know messages of SQS (lambda-semantics 3.11). */
public final class QueueRecord implements BrokerRecord {
    /** Attribute of a message whose body is not text: it stands as Base64 then, as SQS has no such message. */
    static final String BODY_ENCODING = "MillraceBodyEncoding";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonFactory FACTORY = JSON.getFactory();
    /** Of a record but for its body and properties, about; only a first guess. */
    private static final int FRAME_BYTES = 640;

    private final Message message;
    private final String id;
    private final Instant receivedFirst;
    private final QueueArn source;
    private final String body;
    private final byte[] bodyBytes;
    private final boolean isText;

    private QueueRecord(Message message, String id, Instant receivedFirst, QueueArn source, byte[] payload) {
        this.message = message;
        this.id = id;
        this.receivedFirst = receivedFirst;
        this.source = source;
        Optional<String> text = text(payload);
        this.isText = text.isPresent();
        this.bodyBytes = isText ? payload : Base64.getEncoder().encode(payload);
        this.body = text.orElseGet(() -> new String(bodyBytes, StandardCharsets.ISO_8859_1));
    }

    /**
     * @param id the message's, the same at every delivery
     * @param receivedFirst when this process first had it
     */
    public static QueueRecord of(Message message, String id, Instant receivedFirst, QueueArn source) {
        byte[] payload = message.getBody() == null ? new byte[0] : EventMessages.payload(message);
        return new QueueRecord(message, id, receivedFirst, source, payload);
    }

    @Override
    public boolean passes(EventFilter filter) {
        return filter.accepts(body, this::json);
    }

    @Override
    public ObjectNode view() {
        ObjectNode view = json();
        view.set("body", EventFilter.content(body));
        return view;
    }

    @Override
    public byte[] payload() {
        return bodyBytes;
    }

    /** Its text, or Base64. */
    public String body() {
        return body;
    }

    /** Written without a tree between: this is done for each message. */
    @Override
    public byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(FRAME_BYTES + bodyBytes.length);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            write(json);
        } catch (IOException impossible) {
            throw new UncheckedIOException("a record can always be written to memory", impossible);
        }
        return bytes.toByteArray();
    }

    /** As {@link #bytes}, for filters. */
    public ObjectNode json() {
        try (TokenBuffer buffer = new TokenBuffer(JSON, false)) {
            write(buffer);
            return JSON.readTree(buffer.asParser());
        } catch (IOException impossible) {
            throw new UncheckedIOException("a record can always be written to memory", impossible);
        }
    }

    private void write(JsonGenerator json) throws IOException {
        int receives = EventMessages.attempt(message);
        json.writeStartObject();
        json.writeStringField("messageId", id);
        json.writeStringField("receiptHandle", receiptHandle(receives));
        json.writeStringField("body", body);
        json.writeObjectFieldStart("attributes");
        writeAttributes(json, receives);
        json.writeEndObject();
        json.writeFieldName("messageAttributes");
        Optional<String> attributesMd5 = writeMessageAttributes(json);
        json.writeStringField("md5OfBody", Md5.hex(bodyBytes));
        if (attributesMd5.isPresent()) {
            json.writeStringField("md5OfMessageAttributes", attributesMd5.get());
        }
        json.writeStringField("eventSource", "aws:sqs");
        json.writeStringField("eventSourceARN", source.toString());
        json.writeStringField("awsRegion", source.region());
        json.writeEndObject();
    }

    private void writeAttributes(JsonGenerator json, int receives) throws IOException {
        if (!isText) {
            json.writeStringField(BODY_ENCODING, "base64");
        }
        json.writeStringField("ApproximateReceiveCount", Integer.toString(receives));
        json.writeStringField(
                "SentTimestamp", millis(EventMessages.receivedAt(message).orElse(receivedFirst)));
        json.writeStringField("SenderId", sender());
        json.writeStringField("ApproximateFirstReceiveTimestamp", millis(receivedFirst));
        if (message.getGroupId() != null) {
            json.writeStringField("MessageGroupId", message.getGroupId());
        }
        if (source.isOrdered()) {
            writeOrder(json);
        }
        Optional<String> trace = EventMessages.property(message, EventProperties.TRACE);
        if (trace.isPresent()) {
            json.writeStringField("AWSTraceHeader", trace.get());
        }
    }

    /** As far as its sender told. */
    private void writeOrder(JsonGenerator json) throws IOException {
        if (message.getGroupSequence() != 0) {
            json.writeStringField("SequenceNumber", Long.toString(message.getGroupSequence()));
        }
        Optional<String> duplicate = EventMessages.property(message, EventProperties.DUPLICATE_ID);
        if (duplicate.isPresent()) {
            json.writeStringField("MessageDeduplicationId", duplicate.get());
        }
    }

    /** @return their checksum, if there are any */
    private Optional<String> writeMessageAttributes(JsonGenerator json) throws IOException {
        Map<String, Object> properties = EventMessages.properties(message);
        if (properties.isEmpty()) {
            json.writeStartObject();
            json.writeEndObject();
            return Optional.empty();
        }
        MessageAttributes attributes = MessageAttributes.of(properties);
        JSON.writeTree(json, attributes.json());
        return attributes.md5();
    }

    /** Without a meaning here; another at every receipt, as with SQS. */
    private String receiptHandle(int receives) {
        return Base64.getEncoder().encodeToString((id + "/" + receives).getBytes(StandardCharsets.UTF_8));
    }

    /** Empty where the bytes are no UTF-8. */
    private static Optional<String> text(byte[] bytes) {
        if (isAscii(bytes)) {
            return Optional.of(new String(bytes, StandardCharsets.ISO_8859_1)); // Does not look at each byte again.
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException notText) {
            return Optional.empty();
        }
    }

    private static boolean isAscii(byte[] bytes) {
        byte any = 0;
        for (byte each : bytes) {
            any |= each;
        }
        return any >= 0;
    }

    private String sender() {
        byte[] user = message.getUserId();
        return user == null || user.length == 0 ? source.account() : new String(user, StandardCharsets.UTF_8);
    }

    private static String millis(Instant time) {
        return Long.toString(time.toEpochMilli());
    }
}
