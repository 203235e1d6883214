package io.millrace.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LookingTest {
    private static final byte[] ORDER = "{\"order\":{\"id\":7,\"sku\":\"a\"}}".getBytes(UTF_8);

    private static BrokerWithFunctions broker;
    private static DeadLetters deadLetters;
    private static int functions;
    private String function = "";

    @BeforeAll
    static void start(@TempDir Path directory) {
        broker = new BrokerWithFunctions(directory);
        deadLetters = DeadLetters.connect(broker.address(), Duration.ofSeconds(30));
    }

    @AfterAll
    static void stop() {
        deadLetters.close();
        broker.close();
    }

    @BeforeEach
    void create() {
        function = "orders" + functions++;
        broker.create(function);
    }

    private DeadLetterQueue queue() {
        return deadLetters.queue(function);
    }

    private void die(String id, String errorType, String message, byte[] body) {
        broker.die(function, id, errorType, message, body, Map.of("shop", "north", "x-tenant", "blue"));
    }

    private List<String> ids(Selection selection) {
        List<String> found = new ArrayList<>();
        deadLetters.forEach(queue(), selection, 1_000, letter -> found.add(letter.id()));
        return found;
    }

    private static Selection selection(String property, String value) {
        return selection(Map.of(property, value), Map.of(), Optional.empty());
    }

    private static Selection selection(
            Map<String, String> properties, Map<String, String> json, Optional<String> bodyContains) {
        return new Selection(
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                Selection.Period.ALWAYS,
                Optional.empty(),
                Optional.empty(),
                properties,
                json,
                bodyContains,
                Optional.empty());
    }

    @Test
    @SuppressWarnings("JavaUtilDate") // Which is a timestamp to the AMQP codec.
    void messages_of_every_protocol_and_with_every_body_are_seen_and_told_apart() throws Exception {
        // Given
        String dlq = "dlq." + function;
        ForeignSenders.mqtt(broker.mqttPort(), "dlq/" + function, "by mqtt".getBytes(UTF_8));
        ForeignSenders.stomp(broker.stompPort(), dlq, "by stomp");
        ForeignSenders.core(broker.corePort(), dlq, new byte[] {(byte) 0xff, 0, 1});
        ForeignSenders.core(broker.corePort(), dlq, ClientMessage.TEXT_TYPE, message -> message.getBodyBuffer()
                .writeNullableSimpleString(SimpleString.of("by core's jms")));
        ForeignSenders.core(broker.corePort(), dlq, new byte[0]);
        ForeignSenders.jms(
                broker.address().port(),
                dlq,
                List.of(
                        session -> session.createTextMessage("by jms"),
                        session -> {
                            var map = session.createMapMessage();
                            map.setInt("answer", 42);
                            return map;
                        },
                        session -> session.createObjectMessage(new ArrayList<>(List.of("never read"))),
                        session -> {
                            var bytes = session.createBytesMessage();
                            bytes.writeBytes(new byte[] {(byte) 0xc3, 0x28});
                            return bytes;
                        }));
        send(dlq, new AmqpValue(UUID.fromString("00000000-0000-0001-0000-000000000002")));
        send(dlq, new AmqpSequence(List.of(1, "two", new Binary(new byte[] {3}))));
        send(dlq, new AmqpValue(null));
        send(dlq, new Data(new Binary(new byte[0])));
        Message odd = Message.Factory.create();
        odd.setMessageId(UnsignedLong.valueOf(7));
        odd.setBody(new AmqpValue("with a UUID"));
        odd.setApplicationProperties(
                new ApplicationProperties(Map.of("uuid", UUID.randomUUID(), "when", new Date(), "dotted.name", 'c')));
        broker.send(dlq, odd);
        broker.waitForMessages(dlq, 14);
        // When
        List<ReadableBody> bodies = new ArrayList<>();
        ScanResult scan =
                deadLetters.scan(queue(), Selection.ALL, Look.HEADS, letter -> bodies.add(ReadableBody.of(letter)));
        DeadLetterGroups groups = deadLetters.groups(queue(), Selection.ALL);
        // Then
        assertThat(scan.isExact()).isTrue();
        assertThat(scan.seen()).isEqualTo(14);
        assertThat(bodies)
                .filteredOn(body -> body.kind() == ReadableBody.Kind.TEXT)
                .extracting(ReadableBody::text)
                .contains("by mqtt", "by stomp", "by core's jms", "by jms", "with a UUID");
        assertThat(bodies)
                .filteredOn(body -> body.kind() == ReadableBody.Kind.JAVA_OBJECT)
                .extracting(ReadableBody::text)
                .containsExactly("java.util.ArrayList");
        assertThat(bodies)
                .filteredOn(body -> body.kind() == ReadableBody.Kind.BINARY)
                .extracting(ReadableBody::text)
                .anyMatch(text -> text.startsWith("00000000  ff 00 01"))
                .anyMatch(text -> text.startsWith("00000000  c3 28"));
        assertThat(bodies)
                .filteredOn(body -> body.kind() == ReadableBody.Kind.AMQP_VALUE)
                .extracting(body -> body.text().replaceAll("\\s", ""))
                .contains("{\"answer\":42}", "[1,\"two\",\"Aw==\"]");
        assertThat(groups.groups())
                .singleElement()
                .extracting(DeadLetterGroup::count)
                .isEqualTo(14L);
    }

    private static void send(String dlq, Section body) {
        Message message = Message.Factory.create();
        message.setBody(body);
        broker.send(dlq, message);
    }

    @Test
    void a_body_of_several_sections_is_read_whole() {
        // Given
        byte[] two = concatenated(
                encoded(new Data(new Binary("one ".getBytes(UTF_8)))),
                encoded(new Data(new Binary("two".getBytes(UTF_8)))));
        byte[] lists = concatenated(encoded(new AmqpSequence(List.of(1, 2))), encoded(new AmqpSequence(List.of(3))));
        DeadLetterReader reader = new DeadLetterReader("dlq.orders");
        // When, Then
        assertThat(reader.read(new EncodedLetter(two, two.length)).body())
                .asString()
                .isEqualTo("one two");
        assertThat(reader.read(new EncodedLetter(lists, lists.length)).body())
                .asString()
                .isEqualTo("[1,2,3]");
    }

    @Test
    void a_glance_reads_of_every_dead_letter_what_the_whole_reading_does() throws Exception {
        // Given
        die("a", "shop.OutOfStock", "none \u00fc", ORDER);
        die("b", "", "", new byte[0]);
        ForeignSenders.core(broker.corePort(), "invoke." + function, ORDER);
        broker.send("invoke." + function, BrokerWithFunctions.event("crashed", ORDER));
        broker.crashOn("invoke." + function, "dlq." + function, 2);
        die("c", "shop.Unpaid", "not paid", ORDER);
        deadLetters.redrive(queue(), RedriveRequest.ALL.of(Selection.ofId("c")));
        broker.crashOn("invoke." + function, "dlq." + function, 1);
        GlanceReader glance = new GlanceReader("dlq." + function);
        // When
        List<DeadLetter> whole = deadLetters.browse(queue(), Selection.ALL, 10);
        // Then
        assertThat(whole).hasSize(5);
        for (DeadLetter letter : whole) {
            DeadLetter glanced = glance.read(new EncodedLetter(letter.encoded(), letter.size()));
            assertThat(glanced.id()).isEqualTo(letter.id());
            assertThat(glanced.function()).isEqualTo(letter.function());
            assertThat(glanced.origin()).isEqualTo(letter.origin());
            assertThat(glanced.cause()).isEqualTo(letter.cause());
            assertThat(glanced.earlierCause()).isEqualTo(letter.earlierCause());
            assertThat(glanced.redrives()).isEqualTo(letter.redrives());
            assertThat(glanced.brokerNumber()).isEqualTo(letter.brokerNumber());
        }
        assertThat(glance.read(new EncodedLetter(
                                whole.get(0).encoded(), whole.get(0).size()))
                        .properties())
                .isEmpty();
    }

    @Test
    void what_is_no_amqp_message_is_shown_as_the_bytes_it_is() {
        // Given
        byte[] noise = {1, 2, 3};
        // When
        DeadLetter letter = new DeadLetterReader("dlq.orders").read(new EncodedLetter(noise, 3));
        // Then
        assertThat(letter.headers()).containsKey("unreadable");
        assertThat(ReadableBody.of(letter).kind()).isEqualTo(ReadableBody.Kind.BINARY);
    }

    private static byte[] encoded(Section section) {
        Message message = Message.Factory.create();
        message.setBody(section);
        byte[] into = new byte[200];
        return Arrays.copyOf(into, message.encode(into, 0, into.length));
    }

    private static byte[] concatenated(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @Test
    void a_body_of_ten_megabytes_is_cut_for_a_glance_and_exported_byte_for_byte() {
        // Given
        byte[] large = new byte[10 << 20];
        new Random(7).nextBytes(large);
        die("small", "shop.OutOfStock", "none", ORDER);
        die("large", "shop.OutOfStock", "none", large);
        die("after", "shop.OutOfStock", "none", ORDER);
        // When
        List<DeadLetter> glanced = new ArrayList<>();
        deadLetters.scan(queue(), Selection.ALL, Look.HEADS, glanced::add);
        DeadLetter whole = deadLetters.show(queue(), "large").orElseThrow();
        ExportedDeadLetter read =
                ExportedDeadLetter.parse(ExportedDeadLetter.of(whole).toJson());
        // Then
        assertThat(glanced).extracting(DeadLetter::id).containsExactly("small", "large", "after");
        assertThat(glanced.get(1).isCut()).isTrue();
        assertThat(glanced.get(1).body())
                .hasSizeLessThan(300_000)
                .isEqualTo(Arrays.copyOf(large, glanced.get(1).body().length));
        assertThat(glanced.get(1).cause()).isPresent();
        assertThat(whole.body()).isEqualTo(large);
        assertThat(read.message()).isEqualTo(whole.encoded());
        assertThat(read.letter().id()).isEqualTo("large");
        assertThatThrownBy(() -> ExportedDeadLetter.of(glanced.get(1))).hasMessageContaining("'large'");
    }

    @Test
    void an_exported_line_that_was_changed_is_refused() {
        // Given
        die("a", "shop.OutOfStock", "none", ORDER);
        ExportedDeadLetter exported =
                ExportedDeadLetter.of(deadLetters.show(queue(), "a").orElseThrow());
        // When, Then
        assertThatThrownBy(() ->
                        ExportedDeadLetter.parse(exported.toJson().replace("\"message\":\"AFNw", "\"message\":\"BFNw")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sha256");
        assertThatThrownBy(() -> ExportedDeadLetter.parse("{\"format\":\"other\"}"))
                .hasMessageContaining("format is 'other'");
        assertThatThrownBy(() -> ExportedDeadLetter.parse("nonsense")).hasMessageContaining("no JSON");
    }

    @Test
    void each_filter_leaves_those_it_means() {
        // Given
        Instant before = Instant.now().minusSeconds(1);
        die("a", "shop.OutOfStock", "none", ORDER);
        die("b", "shop.Unpaid", "none", "{\"order\":{\"id\":8}} ".getBytes(UTF_8));
        die("c", "store.100%_Broken", "none", "no json, but order 7".getBytes(UTF_8));
        broker.send("dlq." + function, BrokerWithFunctions.event("stray", ORDER));
        Instant after = Instant.now().plusSeconds(1);
        // When, Then
        assertThat(ids(new Selection(Set.of(), Optional.of("shop.*"), Optional.empty())))
                .containsExactly("a", "b");
        assertThat(ids(new Selection(Set.of(), Optional.of("store.100%_*"), Optional.empty())))
                .containsExactly("c");
        assertThat(ids(new Selection(Set.of(), Optional.of("sh_p.*"), Optional.empty())))
                .isEmpty();
        assertThat(ids(selection("shop", "north"))).containsExactly("a", "b", "c", "stray");
        assertThat(ids(selection("x-tenant", "blue"))).containsExactly("a", "b", "c");
        assertThat(ids(selection("millrace_attempts", "3"))).containsExactly("a", "b", "c");
        assertThat(ids(selection(Map.of(), Map.of("/order/id", "7"), Optional.empty())))
                .containsExactly("a", "stray");
        assertThat(ids(selection(Map.of(), Map.of(), Optional.of("order 7")))).containsExactly("c");
        assertThat(ids(period(before, after))).containsExactly("a", "b", "c");
        assertThat(ids(period(after, after.plusSeconds(60)))).isEmpty();
        assertThat(ids(new Selection(
                        Set.of(), Optional.empty(), Optional.of("shop = 'north' AND millrace_error_type IS NULL"))))
                .containsExactly("stray");
        String group = Fingerprint.of(deadLetters.show(queue(), "b").orElseThrow());
        assertThat(ids(Selection.ofGroup(group.substring(0, 6)))).containsExactly("b");
    }

    private static Selection period(Instant since, Instant until) {
        return new Selection(
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                new Selection.Period(Optional.of(since), Optional.of(until)),
                Optional.empty(),
                Optional.of("1"),
                Map.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void a_selection_says_what_the_broker_tells_and_what_only_the_message_does() {
        // Given
        Selection both = selection(Map.of("shop", "it's", "x-tenant", "blue"), Map.of("/a", "1"), Optional.empty());
        // When, Then
        assertThat(both.selector()).isEqualTo("(shop = 'it''s')");
        assertThat(both.rest()).isPresent();
        assertThat(selection("shop", "north").rest()).isEmpty();
        assertThat(Selection.ALL.selector()).isEmpty();
    }

    @Test
    void the_first_news_of_a_counting_come_long_before_its_end() {
        // Given
        die("a", "shop.OutOfStock", "the shelf is gone", ORDER);
        DeadLetter letter = deadLetters.browse(queue(), Selection.ALL, 1).get(0);
        List<GroupsProgress> told = new ArrayList<>();
        DeadLetterGroups.Collector collector = new DeadLetterGroups.Collector(GroupBy.CAUSE, 1_000_000, told::add);
        // When
        IntStream.range(0, 256).forEach(each -> collector.add(letter));
        // Then
        assertThat(told).hasSize(1);
        assertThat(told.get(0).seen()).isEqualTo(256);
        assertThat(told.get(0).soFar()).extracting(DeadLetterGroup::count).containsExactly(256L);
    }

    @Test
    void failures_that_differ_in_their_numbers_and_ids_only_are_one_group() {
        // Given
        for (int i = 0; i < 12; i++) {
            die("a" + i, "shop.OutOfStock", "order " + UUID.randomUUID() + " wants " + i + " of 0x" + i + "f", ORDER);
        }
        die("b", "shop.OutOfStock", "the shelf is gone", ORDER);
        // When
        List<GroupsProgress> told = new ArrayList<>();
        DeadLetterGroups groups = deadLetters.groups(queue(), Selection.ALL, GroupBy.CAUSE, told::add);
        // Then
        assertThat(groups.groups()).extracting(DeadLetterGroup::count).containsExactly(12L, 1L);
        DeadLetterGroup first = groups.groups().get(0);
        assertThat(first.sampleIds()).containsExactly("a0", "a1", "a2", "a3", "a4");
        assertThat(first.topFrame()).contains("shop.Orders.handle");
        assertThat(first.trend().deaths().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(12);
        assertThat(groups.scan().isExact()).isTrue();
        assertThat(deadLetters
                        .groups(queue(), Selection.ALL, GroupBy.parse("json:/order/sku"), told::add)
                        .groups())
                .extracting(DeadLetterGroup::key)
                .containsExactly("a");
        assertThat(deadLetters
                        .groups(queue(), Selection.ALL, GroupBy.parse("header:shop"), told::add)
                        .groups())
                .extracting(DeadLetterGroup::key)
                .containsExactly("north");
        assertThatThrownBy(() -> GroupBy.parse("colour")).hasMessageContaining("'colour'");
    }

    @Test
    void messages_are_compared_without_what_changes() {
        assertThat(NormalisedMessage.of("order 17 of 2026-11-21T19:12:00.123Z failed after 1,000.5 ms"))
                .isEqualTo(NormalisedMessage.of("order 4 of 2025-01-02T03:04:05.6Z failed after 7 ms"));
        assertThat(NormalisedMessage.of("user ord_8sd7f6 at 10.0.0.1:5672"))
                .isEqualTo(NormalisedMessage.of("user ord_91kk2m at 192.168.1.20:61616"));
        assertThat(NormalisedMessage.of("no stock")).isEqualTo("no stock");
        assertThat(
                        StackFrames.top(
                                "java.lang.X: y\n\tat java.util.List.get(List.java:1)\n\tat app//shop.Orders.run(Orders.java:7)"))
                .contains("app//shop.Orders.run");
        assertThat(StackFrames.top("")).isEmpty();
    }

    @Test
    void queues_that_only_the_settings_name_are_found_with_their_origins_and_their_oldest() {
        // Given
        String own = "jobs." + function;
        String graveyard = "graveyard." + function;
        broker.createQueue(own);
        broker.createQueue(graveyard);
        broker.send(own, BrokerWithFunctions.event("job", ORDER));
        broker.crashOn(own, graveyard, 1);
        // When
        List<QueueOverview> overview = deadLetters.overview(Duration.ofMillis(1));
        // Then
        QueueOverview found = overview.stream()
                .filter(each -> each.queue().name().equals(graveyard))
                .findFirst()
                .orElseThrow();
        assertThat(found.origins()).containsExactly(own);
        assertThat(found.queue().messages()).isEqualTo(1);
        assertThat(found.oldest()).isPresent();
        assertThat(overview)
                .extracting(each -> each.queue().name())
                .contains("dlq." + function)
                .doesNotContain(own);
    }

    @Test
    void a_queue_the_broker_made_for_the_dead_of_an_address_is_found_and_read() {
        // Given
        String own = "mails." + function;
        String dead = "dead." + function;
        broker.createQueue(own);
        BrokerWithFunctions.await(broker.management.operation(
                "broker",
                "addAddressSettings",
                own,
                "{\"deadLetterAddress\":\"" + dead
                        + "\",\"maxDeliveryAttempts\":1,\"autoCreateDeadLetterResources\":true,"
                        + "\"deadLetterQueuePrefix\":\"over.\"}"));
        broker.send(own, BrokerWithFunctions.event("mail", ORDER));
        broker.failOn(own, 1);
        // When
        Optional<DeadLetterQueue> found = deadLetters.queues().stream()
                .filter(queue -> queue.address().equals(dead))
                .findFirst();
        // Then
        assertThat(found.orElseThrow().name()).isEqualTo("over." + own);
        assertThat(deadLetters.browse(found.orElseThrow(), Selection.ALL, 10))
                .singleElement()
                .satisfies(letter -> {
                    assertThat(letter.id()).isEqualTo("mail");
                    assertThat(letter.origin()).contains(own);
                });
    }

    @Test
    void a_scan_that_saw_less_than_there_is_says_so() {
        // Given
        DeadLetterQueue ten = new DeadLetterQueue("dlq", "dlq", Optional.empty(), 12, 1, 1);
        Walk walk = new Walk(Selection.ALL, Look.HEADS);
        // When
        ScanResult none = walk.result(ten, ten);
        // Then
        assertThat(none.isPartial()).isTrue();
        assertThat(none.isExact()).isFalse();
        assertThat(none.visible()).isEqualTo(10);
        assertThat(none.hidden()).isEqualTo(2);
        assertThat(new Walk(Selection.ofId("a"), Look.HEADS).result(ten, ten).isPartial())
                .isFalse();
    }
}
