package io.millrace.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.envelope.EventMessages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DeadLettersTest {
    private static final byte[] ORDER = "{\"order\":7}".getBytes(UTF_8);

    private static BrokerWithFunctions broker;
    private static int functions;
    private String function = "";
    private DeadLetters deadLetters;

    @BeforeAll
    static void start(@TempDir Path directory) {
        broker = new BrokerWithFunctions(directory);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void connect() {
        function = "orders" + functions++;
        broker.create(function);
        deadLetters = DeadLetters.connect(broker.address(), Duration.ofSeconds(60));
    }

    @AfterEach
    void disconnect() {
        deadLetters.close();
    }

    private DeadLetterQueue queue() {
        return deadLetters.queue(function);
    }

    private List<DeadLetter> all() {
        return deadLetters.browse(queue(), Selection.ALL, 10_000);
    }

    @Test
    void a_dead_letter_tells_why_it_died_and_shows_what_was_published() {
        // Given
        broker.giveUpMany(function, "id-", 1, "shop.OutOfStock", i -> ORDER);
        // When
        DeadLetter letter = deadLetters.show(queue(), "id-0").orElseThrow();
        // Then
        assertThat(letter.id()).isEqualTo("id-0");
        assertThat(letter.function().orElseThrow().value()).isEqualTo(function);
        assertThat(letter.origin()).contains("invoke." + function);
        assertThat(letter.body()).isEqualTo(ORDER);
        assertThat(letter.contentType()).isEqualTo("application/json");
        assertThat(letter.properties()).containsEntry("shop", "north");
        assertThat(letter.firstSeen()).isPresent();
        Cause cause = letter.cause().orElseThrow();
        assertThat(cause.condition()).isEqualTo("RetriesExhausted");
        assertThat(cause.errorType()).isEqualTo("shop.OutOfStock");
        assertThat(cause.stackTrace()).contains("Orders.java:7");
        assertThat(cause.attempts()).isEqualTo(3);
        assertThat(cause.fingerprint()).hasSize(16);
    }

    @Test
    void what_the_broker_gave_up_has_no_cause_but_an_origin_and_an_id() {
        // Given
        String id = UUID.randomUUID().toString();
        broker.send("invoke." + function, BrokerWithFunctions.event(id, ORDER));
        broker.crashOn("invoke." + function, "dlq." + function, 1);
        // When
        DeadLetter letter = deadLetters.show(queue(), id).orElseThrow();
        // Then
        assertThat(letter.cause()).isEmpty();
        assertThat(letter.earlierCause()).isEmpty();
        assertThat(letter.origin()).contains("invoke." + function);
        assertThat(letter.brokerNumber()).isPresent();
        assertThat(letter.body()).isEqualTo(ORDER);
    }

    @Test
    void the_cause_of_an_earlier_death_is_not_taken_for_that_of_this_one() {
        // Given
        broker.giveUpMany(function, "id-", 1, "shop.OutOfStock", i -> ORDER);
        deadLetters.redrive(queue(), RedriveRequest.ALL);
        broker.crashOn("invoke." + function, "dlq." + function, 1);
        // When
        DeadLetter letter = deadLetters.show(queue(), "id-0").orElseThrow();
        // Then
        assertThat(letter.cause()).isEmpty();
        assertThat(letter.earlierCause().orElseThrow().errorType()).isEqualTo("shop.OutOfStock");
    }

    @Test
    void looking_changes_nothing() {
        // Given
        broker.giveUpMany(function, "id-", 700, "shop.OutOfStock", i -> ORDER);
        // When
        int first = all().size();
        int second = all().size();
        deadLetters.groups(queue(), Selection.ALL);
        // Then
        assertThat(first).isEqualTo(700);
        assertThat(second).isEqualTo(700);
        assertThat(queue().messages()).isEqualTo(700);
        assertThat(queue().delivering()).isZero();
        assertThat(broker.take("dlq." + function, 700)).allMatch(message -> message.getDeliveryCount() == 0);
    }

    @Test
    void looking_sees_all_each_time() {
        // Given
        broker.giveUpMany(function, "id-", 5_000, "shop.OutOfStock", i -> ORDER);
        for (int i = 0; i < 20; i++) {
            // When
            List<DeadLetter> seen = all();
            // Then
            assertThat(seen).hasSize(5_000);
        }
    }

    @Test
    void looking_at_a_few_stops_there() {
        // Given
        broker.giveUpMany(function, "id-", 300, "shop.OutOfStock", i -> ORDER);
        // When
        List<DeadLetter> some = deadLetters.browse(queue(), Selection.ALL, 30);
        // Then
        assertThat(some).hasSize(30);
        assertThat(some.get(29).id()).isEqualTo("id-29");
    }

    @Test
    void three_thousand_go_back_byte_for_byte() {
        // Given
        Map<String, byte[]> sent = new HashMap<>();
        Random random = new Random(7);
        for (int i = 0; i < 3_000; i++) {
            byte[] body = new byte[random.nextInt(600)];
            random.nextBytes(body);
            sent.put("id-" + i, body);
        }
        broker.giveUpMany(function, "id-", 3_000, "shop.OutOfStock", i -> sent.getOrDefault("id-" + i, ORDER));
        // When
        RedriveResult result = deadLetters.redrive(queue(), RedriveRequest.ALL);
        // Then
        assertThat(result.moved()).isEqualTo(3_000);
        assertThat(result.planned()).isEqualTo(3_000);
        assertThat(queue().messages()).isZero();
        List<Message> back = broker.take("invoke." + function, 3_000);
        broker.waitForMessages("invoke." + function, 0);
        for (Message message : back) {
            assertThat(EventMessages.payload(message))
                    .isEqualTo(sent.remove(EventMessages.property(message, "millrace_request_id")
                            .orElseThrow()));
        }
        assertThat(sent).isEmpty();
    }

    @Test
    void max_is_kept() {
        // Given
        broker.giveUpMany(function, "id-", 2_500, "shop.OutOfStock", i -> ORDER);
        // When
        RedriveResult result = deadLetters.redrive(queue(), RedriveRequest.ALL.atMost(1_234));
        // Then
        assertThat(result.moved()).isEqualTo(1_234);
        assertThat(queue().messages()).isEqualTo(2_500 - 1_234);
        assertThat(broker.state("invoke." + function).messages()).isEqualTo(1_234);
    }

    @Test
    void a_dry_run_says_how_many_and_moves_none() {
        // Given
        broker.giveUpMany(function, "id-", 50, "shop.OutOfStock", i -> ORDER);
        // When
        RedriveResult result = deadLetters.redrive(queue(), RedriveRequest.ALL.onlyPlanned());
        // Then
        assertThat(result.planned()).isEqualTo(50);
        assertThat(result.moved()).isZero();
        assertThat(result.routes()).containsExactly(new RedriveResult.Route("invoke." + function, 50));
        assertThat(queue().messages()).isEqualTo(50);
    }

    @Test
    void one_goes_back_by_its_id_whoever_wrote_it() {
        // Given
        String crashed = UUID.randomUUID().toString();
        broker.send("invoke." + function, BrokerWithFunctions.event(crashed, ORDER));
        broker.send(
                "invoke." + function,
                BrokerWithFunctions.event(UUID.randomUUID().toString(), ORDER));
        broker.crashOn("invoke." + function, "dlq." + function, 2);
        broker.giveUpMany(function, "it's-", 3, "shop.OutOfStock", i -> ORDER);
        // When
        RedriveResult result = deadLetters.redrive(
                queue(),
                RedriveRequest.ALL.of(new Selection(Set.of("it's-1", crashed), Optional.empty(), Optional.empty())));
        // Then
        assertThat(result.moved()).isEqualTo(2);
        assertThat(broker.take("invoke." + function, 2))
                .extracting(Message::getMessageId)
                .containsExactlyInAnyOrder("it's-1", crashed);
        assertThat(queue().messages()).isEqualTo(3);
    }

    @Test
    void those_of_one_cause_go_back_and_the_others_stay() {
        // Given
        broker.giveUpMany(function, "a-", 20, "shop.OutOfStock", i -> ORDER);
        broker.giveUpMany(function, "b-", 30, "shop.Unpaid", i -> ORDER);
        // When
        RedriveResult result = deadLetters.redrive(
                queue(), RedriveRequest.ALL.of(new Selection(Set.of(), Optional.of("shop.Unpaid"), Optional.empty())));
        // Then
        assertThat(result.moved()).isEqualTo(30);
        assertThat(all()).hasSize(20).allMatch(letter -> letter.id().startsWith("a-"));
    }

    @Test
    void groups_count_each_cause_and_those_without_one() {
        // Given
        broker.giveUpMany(function, "a-", 20, "shop.OutOfStock", i -> ORDER);
        broker.giveUpMany(function, "b-", 30, "shop.Unpaid", i -> ORDER);
        broker.send("invoke." + function, BrokerWithFunctions.event("c", ORDER));
        broker.crashOn("invoke." + function, "dlq." + function, 1);
        // When
        DeadLetterGroups groups = deadLetters.groups(queue(), Selection.ALL);
        // Then
        assertThat(groups.others()).isZero();
        assertThat(groups.groups()).extracting(DeadLetterGroup::count).containsExactly(30L, 20L, 1L);
        assertThat(groups.groups().get(0).errorType()).contains("shop.Unpaid");
        assertThat(groups.groups().get(2).errorType()).isEmpty();
    }

    @Test
    void what_its_worker_gives_up_again_meanwhile_stays() {
        // Given
        broker.giveUpMany(function, "id-", 3_000, "shop.OutOfStock", i -> ORDER);
        Runnable stopWorker = broker.startFailingWorker(function);
        // When
        RedriveResult result = deadLetters.redrive(queue(), RedriveRequest.ALL);
        // Then
        assertThat(result.moved()).isEqualTo(3_000);
        broker.waitForMessages("invoke." + function, 0);
        broker.waitForMessages("dlq." + function, 3_000);
        stopWorker.run();
        assertThat(all()).hasSize(3_000).allMatch(letter -> letter.redrives() == 1);
    }

    @Test
    void what_the_broker_gives_up_again_meanwhile_is_not_selected_again() {
        // Given
        broker.giveUpMany(function, "id-", 5, "shop.OutOfStock", i -> ORDER);
        broker.send("invoke." + function, BrokerWithFunctions.event("crashed", ORDER));
        broker.crashOn("invoke." + function, "dlq." + function, 1);
        RedrivePlan plan = new RedrivePlan("dlq." + function, Optional.of("invoke." + function), "");
        all().forEach(plan::add);
        deadLetters.redrive(queue(), RedriveRequest.ALL);
        broker.crashOn("invoke." + function, "dlq." + function, 6);
        // When
        long moved = BrokerWithFunctions.await(broker.management.moveMessages(
                "dlq." + function, "invoke." + function, plan.routes().get(0).selector(), 1_000));
        // Then
        assertThat(moved).isZero();
        assertThat(queue().messages()).isEqualTo(6);
    }

    @Test
    void dead_letters_of_any_queue_go_back_to_the_queue_each_died_in() {
        // Given
        String own = "jobs." + function;
        String other = "mails." + function;
        String dlq = "DLQ." + function;
        List.of(own, other, dlq).forEach(broker::createQueue);
        for (int i = 0; i < 4; i++) {
            broker.send(own, BrokerWithFunctions.event("job-" + i, ORDER));
        }
        broker.send(other, BrokerWithFunctions.event("mail", ORDER));
        broker.crashOn(own, dlq, 4);
        broker.crashOn(other, dlq, 1);
        broker.send(dlq, BrokerWithFunctions.event("from nowhere", ORDER));
        // When
        RedriveResult result = deadLetters.redrive(deadLetters.queue(dlq), RedriveRequest.ALL);
        // Then
        assertThat(result.moved()).isEqualTo(5);
        assertThat(result.withoutOrigin()).isEqualTo(1);
        assertThat(broker.state(own).messages()).isEqualTo(4);
        assertThat(broker.state(other).messages()).isEqualTo(1);
        assertThat(broker.state(dlq).messages()).isEqualTo(1);
    }

    @Test
    void dead_letters_of_other_protocols_are_shown_and_go_back() throws Exception {
        // Given
        ForeignSenders.mqtt(broker.mqttPort(), "invoke/" + function, "by mqtt".getBytes(UTF_8));
        ForeignSenders.stomp(broker.stompPort(), "invoke." + function, "by stomp");
        ForeignSenders.core(broker.corePort(), "invoke." + function, "by core".getBytes(UTF_8));
        broker.waitForMessages("invoke." + function, 3);
        broker.crashOn("invoke." + function, "dlq." + function, 3);
        // When
        List<DeadLetter> shown = all();
        // Then
        assertThat(shown)
                .extracting(letter -> new String(letter.body(), UTF_8))
                .containsExactlyInAnyOrder("by mqtt", "by stomp", "by core");
        assertThat(shown).allMatch(letter -> letter.cause().isEmpty());
        assertThat(shown).allMatch(letter -> letter.origin().equals(Optional.of("invoke." + function)));
        assertThat(shown).allMatch(letter -> !letter.id().isEmpty());
        for (DeadLetter letter : shown) {
            assertThat(deadLetters
                            .redrive(queue(), RedriveRequest.ALL.of(Selection.ofId(letter.id())))
                            .moved())
                    .as(letter.toString())
                    .isEqualTo(1);
        }
    }

    @Test
    void where_the_queue_to_go_back_to_is_gone_nothing_moves() {
        // Given
        broker.giveUpMany(function, "id-", 3, "shop.OutOfStock", i -> ORDER);
        broker.deleteQueue("invoke." + function);
        // When, Then
        assertThatThrownBy(() -> deadLetters.redrive(queue(), RedriveRequest.ALL))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("queue 'invoke." + function + "' does not exist")
                .hasMessageContaining("3 dead letters");
        assertThat(queue().messages()).isEqualTo(3);
    }

    @Test
    void where_the_queue_to_go_back_to_drops_what_it_has_no_room_for_nothing_moves() {
        // Given
        broker.giveUpMany(function, "id-", 3, "shop.OutOfStock", i -> ORDER);
        BrokerWithFunctions.await(broker.management.operation(
                "broker",
                "addAddressSettings",
                "invoke." + function,
                "{\"addressFullMessagePolicy\":\"DROP\",\"maxSizeBytes\":1000000,\"pageSizeBytes\":100000}"));
        // When, Then
        assertThatThrownBy(() -> deadLetters.redrive(queue(), RedriveRequest.ALL))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("invoke." + function)
                .hasMessageContaining("drops messages");
        assertThat(queue().messages()).isEqualTo(3);
    }

    @Test
    void those_without_an_origin_go_where_they_are_told() {
        // Given
        broker.send("dlq." + function, BrokerWithFunctions.event("stray", ORDER));
        broker.createQueue("repair." + function);
        // When
        RedriveResult result = deadLetters.redrive(queue(), RedriveRequest.ALL.to("repair." + function));
        // Then
        assertThat(result.moved()).isEqualTo(1);
        assertThat(broker.state("repair." + function).messages()).isEqualTo(1);
    }

    @Test
    void a_queue_that_shares_its_address_is_looked_at_alone() {
        // Given
        String dlq = "DLQ.of." + function;
        for (String name : List.of(dlq, "copies." + function)) {
            BrokerWithFunctions.await(broker.management.operation(
                    "broker",
                    "createQueue",
                    "{\"name\":\"" + name + "\",\"address\":\"dead." + function
                            + "\",\"routing-type\":\"MULTICAST\",\"durable\":true,\"auto-create-address\":true}",
                    true));
        }
        broker.send("dead." + function, BrokerWithFunctions.event("stray", ORDER));
        // When
        List<DeadLetter> shown = deadLetters.browse(deadLetters.queue(dlq), Selection.ALL, 10);
        RedriveResult result = deadLetters.redrive(deadLetters.queue(dlq), RedriveRequest.ALL.to("invoke." + function));
        // Then
        assertThat(shown).extracting(DeadLetter::id).containsExactly("stray");
        assertThat(result.moved()).isEqualTo(1);
        assertThat(broker.state("copies." + function).messages()).isEqualTo(1);
        assertThat(broker.state("invoke." + function).messages()).isEqualTo(1);
    }

    @Test
    void closing_takes_no_time() {
        // Given
        long shortest = Long.MAX_VALUE; // Of some: the machine may be busy with something else.
        for (int i = 0; i < 5; i++) {
            DeadLetters other = DeadLetters.connect(broker.address(), Duration.ofSeconds(60));
            // When
            long start = System.nanoTime();
            other.close();
            shortest = Math.min(shortest, System.nanoTime() - start);
        }
        // Then
        assertThat(Duration.ofNanos(shortest)).isLessThan(Duration.ofMillis(900));
    }

    @Test
    void while_messages_are_scheduled_nothing_moves() {
        // Given
        Message scheduled = BrokerWithFunctions.event("later", ORDER);
        scheduled.setMessageAnnotations(
                new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-delivery-delay"), 3_600_000L)));
        broker.send("dlq." + function, scheduled);
        broker.giveUpMany(function, "id-", 3, "shop.OutOfStock", i -> ORDER);
        // When, Then
        assertThatThrownBy(() -> deadLetters.redrive(queue(), RedriveRequest.ALL))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("1 scheduled");
        assertThat(queue().messages()).isEqualTo(4);
    }

    @Test
    void a_queue_that_does_not_exist_is_named_and_not_created() {
        // When, Then
        assertThatThrownBy(() -> deadLetters.queue("nobody"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("neither queue 'dlq.nobody' nor queue 'nobody' exists at amqp://127.0.0.1:");
        assertThat(deadLetters.queues()).extracting(DeadLetterQueue::name).doesNotContain("dlq.nobody");
    }

    @Test
    void a_broker_that_is_away_is_named() throws IOException {
        // Given
        try (Socket nobodyListens = new Socket()) { // It keeps the port from others.
            nobodyListens.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = nobodyListens.getLocalPort();
            // When, Then
            assertThat(refusal(BrokerAddress.local("127.0.0.1", port)))
                    .isInstanceOf(BrokerUnavailableException.class)
                    .hasMessageContaining("broker amqp://127.0.0.1:" + port + " is not reachable: Connection refused");
        }
    }

    /** With more time where this machine stood still until the time was over, before anybody could refuse anything. */
    private static Throwable refusal(BrokerAddress address) {
        Throwable refusal = new AssertionError("not tried");
        for (int seconds : List.of(2, 10, 30)) {
            refusal = catchThrowable(() -> DeadLetters.connect(address, Duration.ofSeconds(seconds)));
            if (!(refusal.getCause() instanceof TimeoutException)) {
                return refusal;
            }
        }
        return refusal;
    }
}
