package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceDescription;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages of the broker as functions know those of ActiveMQ (lambda-semantics 3.9 to 3.11). */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class MqRecordTest {
    private static final String BROKER = "arn:aws:mq:us-east-1:000000000000:broker:b:b-1";
    private static final BrokerQueue QUEUE = BrokerQueue.of(new SourceDescription(
                    Optional.of(BROKER),
                    List.of(),
                    List.of(),
                    List.of("orders-in"),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.empty()))
            .orElseThrow();
    private static final Instant FIRST = Instant.ofEpochMilli(1_700_000_000_500L);
    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_900L);

    private final Message message = Message.Factory.create();

    private Optional<ObjectNode> record() {
        return MqRecord.of(message, "11111111-1111-4111-8111-111111111111", "orders-in", FIRST, NOW);
    }

    @Test
    void a_text_has_all_that_its_sender_said_of_it() {
        // Given
        message.setBody(new AmqpValue("ABC:AAAA"));
        message.setMessageId("ID:client-1:7");
        message.setCreationTime(1_700_000_000_000L);
        message.setDurable(true);
        message.setCorrelationId("order-7");
        message.setReplyTo("answers");
        message.setSubject("order");
        message.setExpiryTime(1_700_000_060_000L);
        message.setPriority((short) 9);
        message.setDeliveryCount(2);
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("weight", 7);
        properties.put("urgent", true);
        properties.put("raw", new Binary(new byte[] {1, 2}));
        properties.put("nothing", null);
        properties.put("_AMQ_ORIG_QUEUE", "elsewhere");
        message.setApplicationProperties(new ApplicationProperties(properties));
        // When
        String shown = record().orElseThrow().toString();
        // Then
        assertThat(shown)
                .isEqualTo("{\"messageID\":\"ID:client-1:7\",\"messageType\":\"jms/text-message\","
                        + "\"timestamp\":1700000000000,\"deliveryMode\":2,\"correlationID\":\"order-7\","
                        + "\"replyTo\":\"answers\",\"destination\":{\"physicalName\":\"orders-in\"},"
                        + "\"redelivered\":true,\"type\":\"order\",\"expiration\":1700000060000,\"priority\":9,"
                        + "\"data\":\"QUJDOkFBQUE=\",\"brokerInTime\":1700000000000,"
                        + "\"brokerOutTime\":1700000000900,"
                        + "\"properties\":{\"raw\":\"AQI=\",\"urgent\":\"true\",\"weight\":\"7\"}}");
        assertThat(QUEUE.frame().head() + shown + QUEUE.frame().tail())
                .startsWith("{\"eventSource\":\"aws:mq\",\"eventSourceArn\":\"" + BROKER
                        + "\",\"messages\":[{\"messageID\":")
                .endsWith("}]}");
    }

    @Test
    void bytes_whose_sender_said_nothing_have_what_the_broker_knows() {
        message.setBody(new Data(new Binary(new byte[] {0, (byte) 0xff})));

        assertThat(record().orElseThrow())
                .hasToString("{\"messageID\":\"ID:11111111-1111-4111-8111-111111111111\","
                        + "\"messageType\":\"jms/bytes-message\",\"timestamp\":1700000000500,\"deliveryMode\":1,"
                        + "\"correlationID\":null,\"replyTo\":null,"
                        + "\"destination\":{\"physicalName\":\"orders-in\"},\"redelivered\":false,\"type\":null,"
                        + "\"expiration\":0,\"priority\":4,\"data\":\"AP8=\",\"brokerInTime\":1700000000500,"
                        + "\"brokerOutTime\":1700000000900,\"properties\":{}}");
    }

    static Stream<Arguments> bodies() {
        Binary json = new Binary("{}".getBytes(StandardCharsets.UTF_8));
        return Stream.of(
                Arguments.of(new Data(json), null, null, "jms/bytes-message"),
                Arguments.of(new Data(json), "application/octet-stream", null, "jms/bytes-message"),
                Arguments.of(new Data(json), "application/json; charset=utf-8", null, "jms/text-message"),
                Arguments.of(new Data(json), null, (byte) 5, "jms/text-message"),
                Arguments.of(new AmqpValue(json), null, null, "jms/bytes-message"),
                Arguments.of(new AmqpValue(null), null, null, "jms/text-message"),
                Arguments.of(null, null, (byte) 5, "jms/text-message"),
                Arguments.of(null, null, (byte) 3, "jms/bytes-message"),
                Arguments.of(null, null, (byte) 0, null),
                Arguments.of(new Data(json), "application/x-java-serialized-object", (byte) 1, null),
                Arguments.of(new Data(json), "application/x-java-serialized-object", null, null),
                Arguments.of(new AmqpValue(Map.of("a", 1)), null, (byte) 2, null),
                Arguments.of(new AmqpValue(7), null, null, null),
                Arguments.of(new AmqpSequence(List.of(1)), null, null, null));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void a_body_is_text_or_bytes_as_for_clients_of_JMS_or_none_that_the_event_can_hold(
            @Nullable Section body, @Nullable String contentType, @Nullable Byte noted, @Nullable String type) {
        message.setBody(body);
        message.setContentType(contentType);
        if (noted != null) {
            message.setMessageAnnotations(new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-jms-msg-type"), noted)));
        }

        assertThat(record().map(shown -> shown.get("messageType").textValue())).isEqualTo(Optional.ofNullable(type));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"data\":{\"n\":[3]}} | {\"n\":3} | true",
                "{\"data\":{\"n\":[3]}} | {\"n\":4} | false",
                "{\"data\":[\"plain\"]} | plain | true",
                "{\"data\":[\"plain\"]} | other | false",
                "{\"destination\":{\"physicalName\":[\"orders-in\"]}} | plain | true"
            })
    void filters_see_the_data_decoded(String pattern, String body, boolean accepted) {
        message.setBody(new AmqpValue(body));
        BrokerRecord record = QUEUE.record(message, "id-1", FIRST, NOW).orElseThrow();

        assertThat(record.passes(new EventFilter(List.of(pattern)))).isEqualTo(accepted);
    }
}
