package io.millrace.broker.envelope;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EventMessagesTest {
    private static final String ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427";

    /** As it comes out of the wire at the other side. */
    static Message onTheWire(Message message) {
        byte[] bytes = new byte[64 * 1024];
        int length = message.encode(bytes, 0, bytes.length);
        Message received = Message.Factory.create();
        received.decode(bytes, 0, length);
        return received;
    }

    private static Message withBody(@Nullable Section body) {
        Message message = Message.Factory.create();
        message.setBody(body);
        return onTheWire(message);
    }

    private static String payload(@Nullable Section body) {
        return new String(EventMessages.payload(withBody(body)), UTF_8);
    }

    @Test
    void an_event_is_larger_than_a_limit_by_the_bytes_that_its_function_gets() {
        List<Section> bodies = List.of(
                new Data(new Binary(new byte[7])),
                new AmqpValue("abcdefg"),
                new AmqpValue("é€z1"),
                new AmqpValue("\uD834\uDD1E€"),
                new AmqpValue("abcdef\uD834"),
                new AmqpValue("\uDD1Eabcdef"),
                new AmqpValue(new Binary(new byte[7])),
                new AmqpValue(Map.of("a", 1)),
                new AmqpSequence(List.of(1, 2, 3)));
        for (Section body : bodies) {
            Message message = Message.Factory.create();
            message.setBody(body);
            assertThat(EventMessages.payload(message)).as("%s", body).hasSize(7);
            assertThat(EventMessages.isLarger(message, 7)).as("%s", body).isFalse();
            assertThat(EventMessages.isLarger(message, 6)).as("%s", body).isTrue();
        }
        Message empty = Message.Factory.create();
        assertThat(EventMessages.isLarger(empty, 2)).isFalse();
    }

    @Test
    void a_published_event_is_the_same_bytes_at_the_other_side() {
        byte[] payload = {0, 1, (byte) 0xff, '{', '}'};
        Message received =
                onTheWire(EventMessages.durable(ID, payload, Map.of("X-Amzn-Trace-Id", "Root=1"), Duration.ofHours(6)));

        assertThat(EventMessages.payload(received)).isEqualTo(payload);
        assertThat(EventMessages.id(received)).isEqualTo(ID);
        assertThat(EventMessages.property(received, "X-Amzn-Trace-Id")).contains("Root=1");
        assertThat(received.isDurable()).isTrue();
        assertThat(received.getContentType()).isEqualTo("application/json");
        assertThat(received.getExpiryTime() - received.getCreationTime())
                .isEqualTo(Duration.ofHours(6).toMillis());
    }

    @Test
    void without_an_age_of_its_own_an_event_leaves_it_to_the_broker() {
        assertThat(onTheWire(EventMessages.durable(ID, new byte[0], Map.of(), null))
                        .getExpiryTime())
                .isZero();
    }

    @Test
    void a_transient_message_does_not_ask_to_survive() {
        assertThat(onTheWire(EventMessages.transientMessage(ID, new byte[0], Map.of()))
                        .isDurable())
                .isFalse();
    }

    @Test
    void binary_and_text_arrive_byte_for_byte() {
        assertThat(payload(new Data(new Binary("{\"a\": 1 }".getBytes(UTF_8))))).isEqualTo("{\"a\": 1 }");
        assertThat(payload(new AmqpValue("é€𝄞 no JSON"))).isEqualTo("é€𝄞 no JSON");
        assertThat(payload(new AmqpValue(""))).isEmpty();
        assertThat(payload(new AmqpValue(new Binary(new byte[] {'x', 'y'})))).isEqualTo("xy");
    }

    @Test
    void a_part_of_a_larger_array_is_taken_alone() {
        byte[] large = "..event..".getBytes(UTF_8);
        Message message = Message.Factory.create();
        message.setBody(new Data(new Binary(large, 2, 5)));

        assertThat(new String(EventMessages.payload(message), UTF_8)).isEqualTo("event");
    }

    @Test
    void maps_lists_numbers_and_booleans_arrive_as_JSON() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("order", 7);
        map.put("note", "é");
        map.put("nothing", null);
        assertThat(payload(new AmqpValue(map))).isEqualTo("{\"order\":7,\"note\":\"é\",\"nothing\":null}");
        assertThat(payload(new AmqpValue(Arrays.asList(1, null, "x")))).isEqualTo("[1,null,\"x\"]");
        assertThat(payload(new AmqpSequence(List.of(1, true, 2.5)))).isEqualTo("[1,true,2.5]");
        assertThat(payload(new AmqpValue(42))).isEqualTo("42");
        assertThat(payload(new AmqpValue(true))).isEqualTo("true");
    }

    @Test
    void bytes_unsigned_numbers_symbols_and_ids_in_maps_arrive_as_what_JSON_has_for_them() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("bytes", new Binary(new byte[] {1, 2, 3}));
        map.put("symbol", Symbol.valueOf("north"));
        map.put("count", UnsignedLong.valueOf(7));
        map.put("id", UUID.fromString(ID));
        assertThat(payload(new AmqpValue(map)))
                .isEqualTo("{\"bytes\":\"AQID\",\"symbol\":\"north\",\"count\":7,\"id\":\"" + ID + "\"}");
    }

    @Test
    void no_body_and_an_empty_value_are_the_empty_object() {
        assertThat(payload(null)).isEqualTo("{}");
        assertThat(payload(new AmqpValue(null))).isEqualTo("{}");
    }

    @Test
    void an_id_is_a_UUID_whatever_shape_the_publisher_gave_it() {
        assertThat(idOf(ID)).isEqualTo(ID);
        assertThat(idOf(UUID.fromString(ID))).isEqualTo(ID);
        for (Object other : List.of("ID:producer-7", UnsignedLong.valueOf(7), new Binary(new byte[] {7}))) {
            assertThat(UUID.fromString(idOf(other))).isNotNull();
            assertThat(idOf(other)).as("twice the same for %s", other).isEqualTo(idOf(other));
        }
        assertThat(idOf("ID:producer-7")).isNotEqualTo(idOf("ID:producer-8"));
        assertThat(idOf("zb4e28ba-2fa1-11d2-883f-0016d3cca427")).matches("[0-9a-f-]{36}");
    }

    @Test
    void an_id_that_a_client_gives_out_twice_makes_two_events() {
        assertThat(EventMessages.id(numbered("1", "a"))).isNotEqualTo(EventMessages.id(numbered("1", "b")));
        assertThat(EventMessages.id(numbered("1", "a"))).isEqualTo(EventMessages.id(numbered("1", "a")));
    }

    private static Message numbered(String id, String body) {
        Message message = unstamped(1, body);
        message.setMessageId(id);
        return onTheWire(message);
    }

    @Test
    void a_redriven_event_keeps_its_id_though_its_time_of_receipt_is_another() {
        Message event = numbered("ID:producer-7", "a");
        String id = EventMessages.id(event);
        Message dead = DeadLetterMessages.of(
                event,
                new DeadLetterMessages.Cause("RetriesExhausted", "", "", "", 3, "orders", "1", id),
                "invoke.orders",
                "dlq.orders",
                1);
        dead.setMessageAnnotations(new MessageAnnotations(Map.of(Symbol.valueOf(EventProperties.INGRESS_TIME), 2L)));

        assertThat(EventMessages.id(onTheWire(dead))).isEqualTo(id);
    }

    private static String idOf(Object id) {
        Message message = Message.Factory.create();
        message.setMessageId(id);
        return EventMessages.id(onTheWire(message));
    }

    @Test
    void a_message_without_id_has_the_one_the_broker_stamped() {
        Message message = Message.Factory.create();
        message.setMessageAnnotations(new MessageAnnotations(Map.of(Symbol.valueOf(EventProperties.STAMPED_ID), ID)));

        assertThat(EventMessages.id(onTheWire(message))).isEqualTo(ID);
    }

    @Test
    void without_any_id_time_and_content_make_one_that_stays_the_same() {
        Message first = unstamped(1, "a");

        assertThat(EventMessages.id(first)).isEqualTo(EventMessages.id(unstamped(1, "a")));
        assertThat(EventMessages.id(first)).isNotEqualTo(EventMessages.id(unstamped(2, "a")));
        assertThat(EventMessages.id(first)).isNotEqualTo(EventMessages.id(unstamped(1, "b")));
    }

    private static Message unstamped(long received, String body) {
        Message message = Message.Factory.create();
        message.setMessageAnnotations(
                new MessageAnnotations(Map.of(Symbol.valueOf(EventProperties.INGRESS_TIME), received)));
        message.setBody(new AmqpValue(body));
        return onTheWire(message);
    }

    @Test
    void attempts_count_from_one() {
        Message message = Message.Factory.create();
        assertThat(EventMessages.attempt(onTheWire(message))).isEqualTo(1);
        message.setDeliveryCount(2);
        assertThat(EventMessages.attempt(onTheWire(message))).isEqualTo(3);
    }

    @Test
    @SuppressWarnings("JavaUtilDate") // As proton decodes an AMQP timestamp.
    void an_event_is_given_up_at_its_expiry_or_else_its_age_after_its_receipt() {
        Message message = Message.Factory.create();
        Duration age = Duration.ofMinutes(1);
        assertThat(EventMessages.giveUpAt(onTheWire(message), age)).isEqualTo(Instant.MAX);
        message.setCreationTime(1_000);
        assertThat(EventMessages.giveUpAt(onTheWire(message), age)).isEqualTo(Instant.ofEpochMilli(61_000));
        message.setMessageAnnotations(
                new MessageAnnotations(Map.of(Symbol.valueOf(EventProperties.INGRESS_TIME), new Date(2_000))));
        assertThat(EventMessages.giveUpAt(onTheWire(message), age)).isEqualTo(Instant.ofEpochMilli(62_000));
        message.setExpiryTime(5_000);
        assertThat(EventMessages.giveUpAt(onTheWire(message), age)).isEqualTo(Instant.ofEpochMilli(5_000));
    }

    @Test
    @SuppressWarnings("JavaUtilDate") // As proton decodes an AMQP timestamp.
    void when_an_event_came_is_known_of_one_that_the_broker_stamped_and_nobody_moved() {
        Symbol ingress = Symbol.valueOf(EventProperties.INGRESS_TIME);
        Message created = Message.Factory.create();
        created.setCreationTime(1_000);
        Message stamped = Message.Factory.create();
        stamped.setMessageAnnotations(new MessageAnnotations(Map.of(ingress, 2_000L)));
        Message moved = Message.Factory.create();
        moved.setMessageAnnotations(new MessageAnnotations(
                Map.of(ingress, new Date(2_000), Symbol.valueOf("x-opt-ORIG-ADDRESS"), "dlq.a")));
        Message redriven = Message.Factory.create();
        redriven.setMessageAnnotations(new MessageAnnotations(Map.of(ingress, 2_000L)));
        redriven.setApplicationProperties(new ApplicationProperties(Map.of(EventProperties.DIED_AT, 2_000L)));

        assertThat(EventMessages.enteredQueueAt(onTheWire(created))).isEmpty();
        assertThat(EventMessages.enteredQueueAt(onTheWire(stamped))).contains(Instant.ofEpochMilli(2_000));
        assertThat(EventMessages.enteredQueueAt(onTheWire(moved))).isEmpty();
        assertThat(EventMessages.enteredQueueAt(onTheWire(redriven))).isEmpty();
    }

    @Test
    void a_message_without_properties_has_none() {
        Message message = Message.Factory.create();
        assertThat(EventMessages.properties(message)).isEmpty();
        message.setApplicationProperties(new ApplicationProperties(Map.of("a", 1)));
        assertThat(EventMessages.property(onTheWire(message), "a")).contains("1");
        assertThat(EventMessages.property(onTheWire(message), "b")).isEmpty();
    }

    @Test
    void a_data_section_without_bytes_is_the_empty_object() {
        Message message = Message.Factory.create();
        message.setBody(new Data(null));

        assertThat(new String(EventMessages.payload(message), StandardCharsets.UTF_8))
                .isEqualTo("{}");
    }
}
