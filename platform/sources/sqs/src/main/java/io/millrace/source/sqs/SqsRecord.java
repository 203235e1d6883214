package io.millrace.source.sqs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceMessage;
import java.util.Optional;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/** A message as functions know it (lambda-semantics 3.11). */
final class SqsRecord {
    private static final String BODY = "body";
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // Senders make them up.
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private SqsRecord() {}

    static SourceMessage of(Message message, QueueName queue) {
        ObjectNode record = json(message, queue);
        return new SourceMessage(
                message.messageId(),
                message.receiptHandle(),
                bytes(record),
                () -> filterView(record.deepCopy()),
                trace(message));
    }

    /** The sender's own, else the trace header that the SDK of a sender sent along (lambda-semantics 10, item 7). */
    private static Optional<String> trace(Message message) {
        return Optional.ofNullable(message.messageAttributes().get("traceparent"))
                .map(MessageAttributeValue::stringValue)
                .or(() -> Optional.ofNullable(message.attributes().get(MessageSystemAttributeName.AWS_TRACE_HEADER)));
    }

    private static ObjectNode json(Message message, QueueName queue) {
        ObjectNode record = JSON.createObjectNode();
        record.put("messageId", message.messageId())
                .put("receiptHandle", message.receiptHandle())
                .put(BODY, message.body());
        ObjectNode attributes = record.putObject("attributes");
        message.attributesAsStrings().forEach(attributes::put);
        ObjectNode messageAttributes = record.putObject("messageAttributes");
        message.messageAttributes().forEach((name, value) -> messageAttributes.set(name, attribute(value)));
        record.put("md5OfBody", message.md5OfBody());
        if (message.md5OfMessageAttributes() != null) {
            record.put("md5OfMessageAttributes", message.md5OfMessageAttributes());
        }
        return record.put("eventSource", "aws:sqs")
                .put("eventSourceARN", queue.arn())
                .put("awsRegion", queue.region());
    }

    private static ObjectNode attribute(MessageAttributeValue value) {
        ObjectNode attribute = JSON.createObjectNode();
        if (value.stringValue() != null) {
            attribute.put("stringValue", value.stringValue());
        }
        if (value.binaryValue() != null) {
            attribute.put("binaryValue", value.binaryValue().asByteArray());
        }
        attribute.putArray("stringListValues");
        attribute.putArray("binaryListValues");
        return attribute.put("dataType", value.dataType());
    }

    /** A body that is a JSON object is matched as one (lambda-semantics 3.10). */
    private static ObjectNode filterView(ObjectNode record) {
        try {
            JsonNode body = JSON.readTree(record.path(BODY).textValue());
            if (body.isObject()) {
                record.set(BODY, body);
            }
            return record;
        } catch (JsonProcessingException plainText) {
            return record;
        }
    }

    private static byte[] bytes(ObjectNode record) {
        try {
            return JSON.writeValueAsBytes(record);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of JSON can always be written", impossible);
        }
    }
}
