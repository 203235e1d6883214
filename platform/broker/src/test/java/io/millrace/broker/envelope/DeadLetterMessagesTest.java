package io.millrace.broker.envelope;

import static io.millrace.broker.envelope.EventMessagesTest.onTheWire;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DeadLetterMessagesTest {
    private static final String ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427";
    private static final String STACK = "java.lang.IllegalStateException: no\n\tat shop.Orders.handle(Orders.java:7)\n"
            + "\tat shop.Main.main(Main.java:3)";
    private static final DeadLetterMessages.Cause CAUSE = cause("java.lang.IllegalStateException", "no", STACK, "1");

    private static DeadLetterMessages.Cause cause(String type, String message, String stack, String version) {
        return new DeadLetterMessages.Cause("RetriesExhausted", type, message, stack, 3, "orders", version, ID);
    }

    private static Message event(Map<String, Object> properties) {
        Message event = EventMessages.durable(ID, "{\"n\":1}".getBytes(UTF_8), Map.of(), Duration.ofHours(1));
        event.setApplicationProperties(new ApplicationProperties(properties));
        return onTheWire(event);
    }

    private static Message die(Message event, DeadLetterMessages.Cause cause) {
        return onTheWire(DeadLetterMessages.of(event, cause, "invoke.orders", "dlq.orders", 1_234));
    }

    @Test
    void the_body_stays_and_the_cause_is_on_it() {
        Message dead = die(event(Map.of()), CAUSE);

        assertThat(EventMessages.payload(dead)).isEqualTo("{\"n\":1}".getBytes(UTF_8));
        assertThat(dead.getAddress()).isEqualTo("dlq.orders");
        assertThat(dead.isDurable()).isTrue();
        assertThat(EventMessages.id(dead)).isEqualTo(ID);
        assertThat(EventMessages.properties(dead))
                .containsEntry(EventProperties.CONDITION, "RetriesExhausted")
                .containsEntry(EventProperties.ERROR_TYPE, "java.lang.IllegalStateException")
                .containsEntry(EventProperties.ERROR_MESSAGE, "no")
                .containsEntry(EventProperties.STACK_TRACE, STACK)
                .containsEntry(EventProperties.ATTEMPTS, 3)
                .containsEntry(EventProperties.FUNCTION, "orders")
                .containsEntry(EventProperties.FUNCTION_VERSION, "1")
                .containsEntry(EventProperties.REQUEST_ID, ID)
                .containsEntry(EventProperties.DIED_AT, 1_234L)
                .containsEntry(EventProperties.REDRIVES, 0L)
                .containsEntry(EventProperties.ORIGIN_ADDRESS, "invoke.orders")
                .containsEntry(EventProperties.ORIGIN_QUEUE, "invoke.orders");
    }

    @Test
    void a_dead_letter_does_not_expire() {
        assertThat(die(event(Map.of()), CAUSE).getExpiryTime()).isZero();
        assertThat(die(event(Map.of()), CAUSE).getTtl()).isZero();
        assertThat(die(event(Map.of()), CAUSE).getDeliveryCount()).isZero();
    }

    @Test
    void what_the_publisher_wrote_stays_on_it() {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("shop", "north");
        properties.put("pieces", 7);
        properties.put("express", true);
        properties.put("price", 2.5);
        Message event = event(properties);
        event.setCorrelationId("order-7");
        event.setSubject("order");
        event.setReplyTo("answers");
        event.setGroupId("shop-north");
        event.setGroupSequence(4);
        event.setPriority((short) 9);
        event.setUserId("clerk".getBytes(UTF_8));

        Message dead = die(onTheWire(event), CAUSE);

        assertThat(EventMessages.properties(dead)).containsAllEntriesOf(properties);
        assertThat(dead.getCorrelationId()).isEqualTo("order-7");
        assertThat(dead.getSubject()).isEqualTo("order");
        assertThat(dead.getReplyTo()).isEqualTo("answers");
        assertThat(dead.getGroupId()).isEqualTo("shop-north");
        assertThat(dead.getGroupSequence()).isEqualTo(4);
        assertThat(dead.getPriority()).isEqualTo((short) 9);
        assertThat(dead.getUserId()).isEqualTo("clerk".getBytes(UTF_8));
        assertThat(dead.getContentType()).isEqualTo("application/json");
        assertThat(dead.getCreationTime()).isEqualTo(event.getCreationTime());
    }

    @Test
    void the_duplicate_id_does_not_travel_or_the_broker_would_drop_the_copy() {
        Message dead = die(event(Map.of(EventProperties.DUPLICATE_ID, "once", "shop", "north")), CAUSE);

        assertThat(EventMessages.properties(dead))
                .doesNotContainKey(EventProperties.DUPLICATE_ID)
                .containsEntry("shop", "north");
    }

    @Test
    void annotations_stay_except_those_that_name_another_author_of_the_death() {
        Message event = event(Map.of());
        event.setMessageAnnotations(new MessageAnnotations(Map.of(
                Symbol.valueOf(EventProperties.STAMPED_ID),
                ID,
                Symbol.valueOf("x-opt-routing-type"),
                (byte) 0,
                Symbol.valueOf("x-opt-ORIG-MESSAGE-ID"),
                7L)));

        Map<Symbol, Object> notes =
                die(onTheWire(event), CAUSE).getMessageAnnotations().getValue();

        assertThat(notes)
                .containsEntry(Symbol.valueOf(EventProperties.STAMPED_ID), ID)
                .containsEntry(Symbol.valueOf("x-opt-ORIG-ADDRESS"), "invoke.orders")
                .containsEntry(Symbol.valueOf("x-opt-ORIG-QUEUE"), "invoke.orders")
                .doesNotContainKey(Symbol.valueOf("x-opt-routing-type"))
                .doesNotContainKey(Symbol.valueOf("x-opt-ORIG-MESSAGE-ID"));
    }

    @Test
    void the_event_itself_is_not_changed() {
        Message event = event(Map.of("shop", "north"));

        DeadLetterMessages.of(event, CAUSE, "invoke.orders", "dlq.orders", 1);

        assertThat(EventMessages.properties(event)).isEqualTo(Map.of("shop", "north"));
        assertThat(event.getExpiryTime()).isPositive();
    }

    @Test
    void each_death_after_a_redrive_counts_one_and_replaces_the_cause() {
        Message first = die(event(Map.of()), CAUSE);
        Message second = die(first, cause("Other", "else", "", "2"));
        Message third = die(second, CAUSE);

        assertThat(EventMessages.properties(second))
                .containsEntry(EventProperties.REDRIVES, 1L)
                .containsEntry(EventProperties.ERROR_TYPE, "Other");
        assertThat(EventMessages.properties(third)).containsEntry(EventProperties.REDRIVES, 2L);
    }

    @Test
    void a_body_of_any_kind_stays_of_its_kind() {
        Message event = event(Map.of());
        event.setBody(new AmqpValue(Map.of("order", 7)));

        assertThat(((AmqpValue) die(onTheWire(event), CAUSE).getBody()).getValue())
                .isEqualTo(Map.of("order", 7));
    }

    @Test
    void long_texts_are_cut_so_that_the_cause_always_fits() {
        Message dead = die(event(Map.of()), cause("T", "m".repeat(3_000), "s".repeat(10_000), "1"));

        assertThat(EventMessages.property(dead, EventProperties.ERROR_MESSAGE).orElseThrow())
                .hasSize(2_048)
                .endsWith("m…");
        assertThat(EventMessages.property(dead, EventProperties.STACK_TRACE).orElseThrow())
                .hasSize(8_192)
                .endsWith("s…");
    }

    @Test
    void failures_of_one_type_at_one_place_in_one_version_have_one_fingerprint() {
        String fingerprint = DeadLetterMessages.fingerprint(CAUSE);
        String type = CAUSE.errorType();

        assertThat(fingerprint).matches("[0-9a-f]{16}");
        assertThat(DeadLetterMessages.fingerprint(cause(type, "other text", STACK, "1")))
                .isEqualTo(fingerprint);
        assertThat(DeadLetterMessages.fingerprint(cause(type, "no", STACK.replace("Main.java:3", "Main.java:9"), "1")))
                .isEqualTo(fingerprint);
        assertThat(DeadLetterMessages.fingerprint(cause(type, "no", STACK.replace(":7", ":8"), "1")))
                .isNotEqualTo(fingerprint);
        assertThat(DeadLetterMessages.fingerprint(cause("Other", "no", STACK, "1")))
                .isNotEqualTo(fingerprint);
        assertThat(DeadLetterMessages.fingerprint(cause(type, "no", STACK, "2")))
                .isNotEqualTo(fingerprint);
    }
}
