package io.millrace.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;

/** The event that a mapping of the platform makes of messages, as somebody writes it by hand. For one batch. */
final class SqsEvent {
    private static final JsonFactory JSON = new JsonFactory();
    /** About. */
    private static final int RECORD_BYTES = 800;

    private final MessageDigest md5 = md5();
    private final String arn;
    private final ByteArrayOutputStream bytes;
    private final JsonGenerator json;

    /** @param queue whose messages they are */
    SqsEvent(String queue, int batchSize) {
        this.bytes = new ByteArrayOutputStream(batchSize * RECORD_BYTES);
        this.arn = "arn:aws:sqs:us-east-1:000000000000:" + queue;
        try {
            this.json = JSON.createGenerator(bytes);
            json.writeStartObject();
            json.writeArrayFieldStart("Records");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    void add(Message message) {
        try {
            write(message);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private void write(Message message) throws IOException {
        String id = String.valueOf(message.getMessageId());
        Binary binary = ((Data) message.getBody()).getValue();
        byte[] body = binary.getArray();
        long receives = message.getDeliveryCount() + 1;
        String now = Long.toString(System.currentTimeMillis());
        json.writeStartObject();
        json.writeStringField("messageId", id);
        json.writeStringField(
                "receiptHandle",
                Base64.getEncoder().encodeToString((id + "/" + receives).getBytes(StandardCharsets.US_ASCII)));
        json.writeStringField(
                "body", new String(body, binary.getArrayOffset(), binary.getLength(), StandardCharsets.UTF_8));
        json.writeObjectFieldStart("attributes");
        json.writeStringField("ApproximateReceiveCount", Long.toString(receives));
        json.writeStringField("SentTimestamp", now);
        json.writeStringField("SenderId", "000000000000");
        json.writeStringField("ApproximateFirstReceiveTimestamp", now);
        json.writeEndObject();
        json.writeObjectFieldStart("messageAttributes");
        json.writeEndObject();
        md5.update(body, binary.getArrayOffset(), binary.getLength());
        json.writeStringField("md5OfBody", HexFormat.of().formatHex(md5.digest()));
        json.writeStringField("eventSource", "aws:sqs");
        json.writeStringField("eventSourceARN", arn);
        json.writeStringField("awsRegion", "us-east-1");
        json.writeEndObject();
    }

    byte[] end() {
        try {
            json.close(); // Also what is open.
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has MD5", impossible);
        }
    }
}
