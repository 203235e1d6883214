package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
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
    // Encoded once: they are most of a record.
    private static final SerializedString MESSAGE_ID = new SerializedString("messageId");
    private static final SerializedString RECEIPT_HANDLE = new SerializedString("receiptHandle");
    private static final SerializedString BODY = new SerializedString("body");
    private static final SerializedString ATTRIBUTES = new SerializedString("attributes");
    private static final SerializedString RECEIVE_COUNT = new SerializedString("ApproximateReceiveCount");
    private static final SerializedString SENT = new SerializedString("SentTimestamp");
    private static final SerializedString SENDER = new SerializedString("SenderId");
    private static final SerializedString FIRST_RECEIPT = new SerializedString("ApproximateFirstReceiveTimestamp");
    private static final SerializedString MESSAGE_ATTRIBUTES = new SerializedString("messageAttributes");
    private static final SerializedString MD5_OF_BODY = new SerializedString("md5OfBody");
    /** What the text of a body becomes that is not UTF-8. */
    private static final char REPLACEMENT = '\uFFFD';

    private final Message message;
    private final String id;
    private final Instant receivedFirst;
    private final QueueArn source;
    private final SerializedString tail;
    private final String body;
    private final byte[] bodyBytes;
    private final boolean isText;

    private QueueRecord(
            Message message, String id, Instant receivedFirst, QueueArn source, SerializedString tail, byte[] payload) {
        this.message = message;
        this.id = id;
        this.receivedFirst = receivedFirst;
        this.source = source;
        this.tail = tail;
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
        return of(message, id, receivedFirst, source, tail(source));
    }

    /** @param tail of the queue, see {@link #tail} */
    public static QueueRecord of(
            Message message, String id, Instant receivedFirst, QueueArn source, SerializedString tail) {
        byte[] payload = message.getBody() == null ? new byte[0] : EventMessages.payload(message);
        return new QueueRecord(message, id, receivedFirst, source, tail, payload);
    }

    /** The members with which all records of a queue end. */
    public static SerializedString tail(QueueArn source) {
        ObjectNode members = JSON.createObjectNode()
                .put("eventSource", "aws:sqs")
                .put("eventSourceARN", source.toString())
                .put("awsRegion", source.region());
        String json = members.toString();
        return new SerializedString("," + json.substring(1, json.length() - 1));
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

    @Override
    public byte[] bytes() {
        return JsonBytes.of(this::write);
    }

    /** As {@link #bytes}, for filters. */
    public ObjectNode json() {
        try {
            return (ObjectNode) JSON.readTree(bytes());
        } catch (IOException impossible) {
            throw new UncheckedIOException("a record is JSON", impossible);
        }
    }

    private void write(JsonGenerator json) throws IOException {
        int receives = EventMessages.attempt(message);
        json.writeStartObject();
        json.writeFieldName(MESSAGE_ID);
        json.writeString(id);
        json.writeFieldName(RECEIPT_HANDLE);
        json.writeString(receiptHandle(receives));
        json.writeFieldName(BODY);
        json.writeUTF8String(bodyBytes, 0, bodyBytes.length);
        json.writeFieldName(ATTRIBUTES);
        json.writeStartObject();
        writeAttributes(json, receives);
        json.writeEndObject();
        json.writeFieldName(MESSAGE_ATTRIBUTES);
        Optional<String> attributesMd5 = writeMessageAttributes(json);
        json.writeFieldName(MD5_OF_BODY);
        json.writeString(Md5.hex(bodyBytes));
        if (attributesMd5.isPresent()) {
            json.writeStringField("md5OfMessageAttributes", attributesMd5.get());
        }
        json.writeRaw(tail);
        json.writeEndObject();
    }

    private void writeAttributes(JsonGenerator json, int receives) throws IOException {
        if (!isText) {
            json.writeStringField(BODY_ENCODING, "base64");
        }
        json.writeFieldName(RECEIVE_COUNT);
        json.writeString(Integer.toString(receives));
        json.writeFieldName(SENT);
        json.writeString(millis(EventMessages.receivedAt(message).orElse(receivedFirst)));
        json.writeFieldName(SENDER);
        json.writeString(sender());
        json.writeFieldName(FIRST_RECEIPT);
        json.writeString(millis(receivedFirst));
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
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 || isUtf8(bytes) ? Optional.of(text) : Optional.empty();
    }

    /** Looks at each byte, where the character that stands for what is none may have been in the text itself. */
    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException notText) {
            return false;
        }
    }

    private String sender() {
        byte[] user = message.getUserId();
        return user == null || user.length == 0 ? source.account() : new String(user, StandardCharsets.UTF_8);
    }

    private static String millis(Instant time) {
        return Long.toString(time.toEpochMilli());
    }
}
