package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.apache.qpid.proton.message.Message;

/** A message of a queue as functions know messages of SQS (lambda-semantics 3.11). */
final class QueueRecord {
    /** Attribute of a message whose body is not text: it stands as Base64 then, as SQS has no such message. */
    static final String BODY_ENCODING = "MillraceBodyEncoding";

    private static final ObjectMapper JSON = new ObjectMapper();

    private QueueRecord() {}

    /**
     * @param id the message's, the same at every delivery
     * @param receivedFirst when this process first had it
     */
    static ObjectNode of(Message message, String id, Instant receivedFirst, QueueArn source) {
        int receives = EventMessages.attempt(message);
        ObjectNode record = JSON.createObjectNode();
        record.put("messageId", id).put("receiptHandle", receiptHandle(id, receives));
        ObjectNode attributes = JSON.createObjectNode();
        String body = body(message, attributes);
        record.put("body", body);
        attributes
                .put("ApproximateReceiveCount", Integer.toString(receives))
                .put("SentTimestamp", millis(EventMessages.receivedAt(message).orElse(receivedFirst)))
                .put("SenderId", sender(message, source))
                .put("ApproximateFirstReceiveTimestamp", millis(receivedFirst));
        if (message.getGroupId() != null) {
            attributes.put("MessageGroupId", message.getGroupId());
        }
        EventMessages.property(message, EventProperties.TRACE)
                .ifPresent(trace -> attributes.put("AWSTraceHeader", trace));
        record.set("attributes", attributes);
        MessageAttributes properties = MessageAttributes.of(EventMessages.properties(message));
        record.set("messageAttributes", properties.json());
        record.put("md5OfBody", Md5.hex(body.getBytes(StandardCharsets.UTF_8)));
        properties.md5().ifPresent(md5 -> record.put("md5OfMessageAttributes", md5));
        return record.put("eventSource", "aws:sqs")
                .put("eventSourceARN", source.toString())
                .put("awsRegion", source.region());
    }

    static byte[] bytes(ObjectNode record) {
        try {
            return JSON.writeValueAsBytes(record);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of JSON can always be written", impossible);
        }
    }

    /** Without a meaning here; another at every receipt, as with SQS. */
    private static String receiptHandle(String id, int receives) {
        return Base64.getEncoder().encodeToString((id + "/" + receives).getBytes(StandardCharsets.UTF_8));
    }

    private static String body(Message message, ObjectNode attributes) {
        if (message.getBody() == null) {
            return "";
        }
        byte[] bytes = EventMessages.payload(message);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notText) {
            attributes.put(BODY_ENCODING, "base64");
            return Base64.getEncoder().encodeToString(bytes);
        }
    }

    private static String sender(Message message, QueueArn source) {
        byte[] user = message.getUserId();
        return user == null || user.length == 0 ? source.account() : new String(user, StandardCharsets.UTF_8);
    }

    private static String millis(Instant time) {
        return Long.toString(time.toEpochMilli());
    }
}
