package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class QueueRecordTest {
    private static final QueueArn QUEUE = new QueueArn("us-east-1", "000000000000", "orders-in");
    private static final Instant RECEIVED = Instant.ofEpochMilli(1_700_000_000_500L);

    private final Message message = Message.Factory.create();

    private QueueRecord made() {
        return QueueRecord.of(message, "id-1", RECEIVED, QUEUE);
    }

    private ObjectNode record() throws IOException {
        ObjectNode record = made().json();
        assertThat(new ObjectMapper().readTree(made().bytes()))
                .as("what functions see")
                .isEqualTo(record);
        return record;
    }

    @Test
    void a_text_message_is_what_functions_know_of_SQS() {
        message.setBody(new AmqpValue("Test message."));
        message.setCreationTime(1_700_000_000_000L);
        message.setDeliveryCount(2);
        message.setGroupId("g");

        assertThat(new String(made().bytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"messageId\":\"id-1\",\"receiptHandle\":\"aWQtMS8z\",\"body\":\"Test message.\","
                        + "\"attributes\":{\"ApproximateReceiveCount\":\"3\",\"SentTimestamp\":\"1700000000000\","
                        + "\"SenderId\":\"000000000000\",\"ApproximateFirstReceiveTimestamp\":\"1700000000500\","
                        + "\"MessageGroupId\":\"g\"},\"messageAttributes\":{},"
                        + "\"md5OfBody\":\"e4e68fb7bd0e697a0ae8f1bb342846b3\",\"eventSource\":\"aws:sqs\","
                        + "\"eventSourceARN\":\"arn:aws:sqs:us-east-1:000000000000:orders-in\","
                        + "\"awsRegion\":\"us-east-1\"}");
    }

    @Test
    void properties_are_attributes_with_types_and_the_checksum_of_SQS() throws IOException {
        message.setBody(new AmqpValue("x"));
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("weight", 7);
        properties.put("kind", "order");
        properties.put("raw", new Binary(new byte[] {9, 1, 2, 9}, 1, 2));
        properties.put("urgent", true);
        properties.put("_AMQ_ORIG_QUEUE", "elsewhere");
        properties.put("X-Amzn-Trace-Id", "Root=1-1-1");
        message.setApplicationProperties(new ApplicationProperties(properties));

        ObjectNode record = record();

        assertThat(record.get("messageAttributes").toString())
                .isEqualTo("{\"kind\":" + attribute("\"stringValue\":\"order\"", "String") + ",\"raw\":"
                        + attribute("\"binaryValue\":\"AQI=\"", "Binary") + ",\"urgent\":"
                        + attribute("\"stringValue\":\"true\"", "String") + ",\"weight\":"
                        + attribute("\"stringValue\":\"7\"", "Number") + "}");
        assertThat(record.at("/attributes/AWSTraceHeader").asText()).isEqualTo("Root=1-1-1");
    }

    private static String attribute(String value, String type) {
        return "{" + value + ",\"stringListValues\":[],\"binaryListValues\":[],\"dataType\":\"" + type + "\"}";
    }

    @Test
    void the_checksum_of_attributes_is_over_lengths_names_types_and_values() throws IOException {
        message.setBody(new AmqpValue("x"));
        message.setApplicationProperties(new ApplicationProperties(Map.of("kind", "order")));

        byte[] digested = "\0\0\0\4kind\0\0\0\6String\1\0\0\0\5order".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(record().get("md5OfMessageAttributes").asText()).isEqualTo(Md5.hex(digested));
    }

    @Test
    void bytes_that_are_text_stand_as_text_and_others_as_Base64_that_says_so() throws IOException {
        message.setBody(new Data(new Binary("é€𝄞".getBytes(StandardCharsets.UTF_8))));
        assertThat(record().get("body").asText()).isEqualTo("é€𝄞");
        assertThat(record().get("attributes").has(QueueRecord.BODY_ENCODING)).isFalse();

        message.setBody(new Data(new Binary(new byte[] {(byte) 0xff, 0})));
        assertThat(record().get("body").asText()).isEqualTo("/wA=");
        assertThat(record().get("attributes").get(QueueRecord.BODY_ENCODING).asText())
                .isEqualTo("base64");
    }
}
