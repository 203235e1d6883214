package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Edit;
import io.millrace.deadletter.RedriveJobs;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.testkit.Publishers.Publisher;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A plain message of any client is an event, with all that events have: id, retries, dead letter, redrive. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class MessagingClientsIT {
    private static final String BODY = "{\"order\": 7,  \"note\":\"é€𝄞\"}";

    private static final int LARGEST = 20_000;

    private static final AtomicInteger TESTS = new AtomicInteger();

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder()
            .set("concurrency.account", "8")
            .set("limits.eventBytes", String.valueOf(LARGEST))
            .build();

    private final String orders = "orders-" + TESTS.incrementAndGet();

    private final Recorder recorder = new Recorder();

    static Stream<Arguments> publishers() {
        return Stream.of(
                Arguments.of("AMQP", (Publisher) Publishers::amqp),
                Arguments.of("JMS text by AMQP", Publishers.jmsByAmqp(Publishers.TEXT)),
                Arguments.of("JMS bytes by AMQP", Publishers.jmsByAmqp(Publishers.BYTES)),
                Arguments.of("JMS text by Core", Publishers.jmsByCore(Publishers.TEXT)),
                Arguments.of("JMS bytes by Core", Publishers.jmsByCore(Publishers.BYTES)),
                Arguments.of("MQTT", (Publisher) Publishers::mqtt),
                Arguments.of("STOMP", (Publisher) Publishers::stomp));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("publishers")
    void a_plain_message_runs_the_function_with_the_same_bytes_and_one_id_over_its_retries(
            String client, Publisher publisher) {
        // Given a function that fails twice
        recorder.failures = 2;
        millrace.deploy(orders, recorder);
        // When
        publisher.send(millrace.broker(), orders, BODY);
        // Then
        assertThat(account(1, 0)).isTrue();
        assertThat(recorder.bodies).as(client).containsExactly(BODY, BODY, BODY);
        assertThat(recorder.ids).hasSize(3).containsOnly(recorder.ids.get(0));
        assertThat(recorder.ids.get(0)).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("publishers")
    void a_plain_message_dies_with_its_cause_and_is_redriven_under_the_same_id(String client, Publisher publisher) {
        // Given
        recorder.failures = 3;
        millrace.deploy(orders, recorder);
        // When
        publisher.send(millrace.broker(), orders, BODY);
        assertThat(account(0, 1)).isTrue();
        // Then
        Failure failure = onlyFailure();
        assertThat(failure.errorType()).as(client).isEqualTo("java.lang.IllegalStateException");
        assertThat(failure.errorMessage()).isEqualTo("not yet");
        assertThat(failure.attempts()).isEqualTo(3);
        assertThat(failure.text()).isEqualTo(BODY);
        assertThat(failure.requestId()).isEqualTo(recorder.ids.get(0));
        // When
        assertThat(millrace.redrive(orders)).isEqualTo(1);
        assertThat(account(1, 0)).isTrue();
        // Then
        assertThat(recorder.bodies).hasSize(4).containsOnly(BODY);
        assertThat(recorder.ids).containsOnly(recorder.ids.get(0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("publishers")
    void two_equal_messages_are_two_events(String client, Publisher publisher) {
        millrace.deploy(orders, recorder);

        publisher.send(millrace.broker(), orders, BODY);
        publisher.send(millrace.broker(), orders, BODY);

        assertThat(account(2, 0)).isTrue();
        assertThat(recorder.ids).as(client).doesNotHaveDuplicates().hasSize(2);
    }

    static Stream<Arguments> jmsClients() {
        return Stream.of(Arguments.of("by AMQP", (Jms) Publishers::jmsByAmqp), Arguments.of("by Core", (Jms)
                Publishers::jmsByCore));
    }

    @FunctionalInterface
    interface Jms {
        Publisher publisher(Publishers.MessageMaker maker);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jmsClients")
    void properties_of_a_JMS_message_are_on_its_dead_letter(String client, Jms jms) {
        // Given
        recorder.failures = 3;
        millrace.deploy(orders, recorder);
        Publisher publisher = jms.publisher((context, body) -> {
            jakarta.jms.TextMessage message = context.createTextMessage(body);
            message.setStringProperty("shop", "north");
            message.setIntProperty("priority_class", 3);
            message.setBooleanProperty("express", true);
            message.setJMSCorrelationID("order-7");
            return message;
        });
        // When
        publisher.send(millrace.broker(), orders, BODY);
        assertThat(account(0, 1)).isTrue();
        // Then
        assertThat(onlyFailure().properties())
                .as(client)
                .containsEntry("shop", "north")
                .containsEntry("priority_class", 3)
                .containsEntry("express", true);
        assertThat(millrace.deadLetters(orders).get(0).headers()).containsEntry("correlation-id", "order-7");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jmsClients")
    void a_map_message_arrives_as_a_JSON_object(String client, Jms jms) {
        millrace.deploy(orders, recorder);
        Publisher publisher = jms.publisher((context, body) -> {
            jakarta.jms.MapMessage message = context.createMapMessage();
            message.setInt("order", 7);
            message.setString("note", "é");
            return message;
        });

        publisher.send(millrace.broker(), orders, BODY);

        assertThat(account(1, 0)).isTrue();
        assertThat(recorder.bodies.get(0))
                .as(client)
                .isIn("{\"order\":7,\"note\":\"é\"}", "{\"note\":\"é\",\"order\":7}");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jmsClients")
    void a_stream_message_arrives_as_a_JSON_array(String client, Jms jms) {
        millrace.deploy(orders, recorder);
        Publisher publisher = jms.publisher((context, body) -> {
            jakarta.jms.StreamMessage message = context.createStreamMessage();
            message.writeInt(7);
            message.writeString("é");
            return message;
        });

        publisher.send(millrace.broker(), orders, BODY);

        assertThat(account(1, 0)).isTrue();
        assertThat(recorder.bodies).as(client).containsExactly("[7,\"é\"]");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jmsClients")
    void a_message_without_a_body_arrives_as_the_empty_object(String client, Jms jms) {
        millrace.deploy(orders, recorder);

        jms.publisher((context, body) -> context.createMessage()).send(millrace.broker(), orders, BODY);

        assertThat(account(1, 0)).isTrue();
        assertThat(recorder.bodies).as(client).containsExactly("{}");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("publishers")
    void text_that_is_not_JSON_dies_at_a_typed_handler_with_a_cause_that_says_so(String client, Publisher publisher) {
        millrace.deploy(orders, new TypedOrders());

        publisher.send(millrace.broker(), orders, "hello");

        assertThat(account(0, 1)).isTrue();
        Failure failure = onlyFailure();
        assertThat(failure.text()).as(client).isEqualTo("hello");
        assertThat(failure.errorMessage())
                .isEqualTo("An error occurred during JSON parsing: the event cannot be read as " + Order.class.getName()
                        + " (JsonParseException at line 1, column 6)");
        assertThat(failure.attempts()).isEqualTo(3);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("publishers")
    void text_that_is_not_JSON_reaches_a_handler_of_bytes_as_it_is(String client, Publisher publisher) {
        millrace.deploy(orders, recorder);

        publisher.send(millrace.broker(), orders, "hello");

        assertThat(account(1, 0)).isTrue();
        assertThat(recorder.bodies).as(client).containsExactly("hello");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("publishers")
    void a_message_above_the_limit_of_events_is_dead_at_once_and_names_both_sizes(String client, Publisher publisher) {
        millrace.deploy(orders, recorder);
        String atTheLimit = "é" + "x".repeat(LARGEST - 2);

        publisher.send(millrace.broker(), orders, atTheLimit + "x");
        publisher.send(millrace.broker(), orders, atTheLimit);

        assertThat(account(1, 1)).isTrue();
        assertThat(recorder.bodies).as(client).containsExactly(atTheLimit);
        Failure failure = onlyFailure();
        assertThat(failure.condition()).isEqualTo("PayloadTooLarge");
        assertThat(failure.errorType()).isEqualTo("RequestEntityTooLargeException");
        assertThat(failure.errorMessage())
                .isEqualTo("20001 byte payload is too large for the Event invocation type"
                        + " (limit 20000 bytes, setting limits.eventBytes)");
        assertThat(failure.attempts()).isZero();
        assertThat(failure.text()).isEqualTo(atTheLimit + "x");
    }

    @Test
    void a_message_above_the_limit_of_events_runs_once_its_dead_letter_is_edited_and_redriven() {
        millrace.deploy(orders, recorder);
        Publishers.jmsByCore(Publishers.TEXT).send(millrace.broker(), orders, "x".repeat(LARGEST + 1));
        assertThat(account(0, 1)).isTrue();

        // As it is, it is still too large.
        assertThat(millrace.redrive(orders)).isEqualTo(1);
        assertThat(account(0, 1)).isTrue();
        edit(onlyFailure().requestId(), BODY);

        assertThat(account(1, 0)).isTrue();
        assertThat(recorder.bodies).containsExactly(BODY);
    }

    @Test
    void the_record_of_a_message_above_the_limit_of_events_says_how_large_it_was_and_stays_small() {
        Recorder graveyard = new Recorder();
        millrace.deploy(orders + "-graveyard", graveyard);
        String arn = "arn:aws:lambda:us-east-1:000000000000:function:" + orders + "-graveyard";
        millrace.deploy(
                orders,
                recorder,
                definition -> definition.withAsync(definition.async().withOnFailure(Optional.of(arn))));

        Publishers.jmsByCore(Publishers.TEXT).send(millrace.broker(), orders, "x".repeat(LARGEST + 1));

        assertThat(account(0, 1)).isTrue();
        assertThat(graveyard.bodies).singleElement().satisfies(record -> assertThat(record)
                .contains("\"condition\":\"PayloadTooLarge\"")
                .contains("\"requestPayload\":{\"millrace:payload\":{\"bytes\":20001}}"));
    }

    @Test
    void an_empty_text_message_is_an_event_too() {
        millrace.deploy(orders, recorder);

        Publishers.jmsByCore(Publishers.TEXT).send(millrace.broker(), orders, "");

        assertThat(account(1, 0)).isTrue();
        assertThat(recorder.bodies).hasSize(1);
    }

    /** Waits until so many events of the test succeeded and so many are dead. */
    private boolean account(long succeeded, long dead) {
        org.awaitility.Awaitility.await("succeeded " + succeeded + ", dead " + dead)
                .atMost(Duration.ofSeconds(60))
                .failFast(
                        "too many: " + millrace.stats(),
                        () -> orders().succeeded() > succeeded || orders().deadLettered() > dead + 1)
                .until(() -> orders().succeeded() == succeeded && orders().deadLettered() == dead);
        return Objects.requireNonNull(millrace.awaitQuiet().get(orders)).equals(orders());
    }

    private void edit(String id, String body) {
        try (DeadLetters letters =
                DeadLetters.connect(BrokerAddress.parse(millrace.millrace().brokerUrl()), Duration.ofSeconds(60))) {
            DeadLetterQueue queue = letters.queue(orders);
            Edit edit = new Edit(Map.of(), Map.of(), Optional.of(body.getBytes(StandardCharsets.UTF_8)));
            RedriveJobs jobs = letters.jobs();
            jobs.edit(queue, jobs.planEdit(queue, id, edit, Optional.empty()));
        }
    }

    private FunctionAccount orders() {
        return Objects.requireNonNull(millrace.stats().get(orders));
    }

    private Failure onlyFailure() {
        assertThat(millrace.deadLetters(orders)).hasSize(1);
        return Failure.of(millrace.deadLetters(orders).get(0));
    }

    /** Remembers what it saw, and fails at first as often as it is told. */
    private static final class Recorder implements FunctionHandler {
        private final List<String> bodies = new CopyOnWriteArrayList<>();
        private final List<String> ids = new CopyOnWriteArrayList<>();
        private volatile int failures;

        @Override
        public byte[] handle(byte[] event, FunctionContext context) {
            bodies.add(new String(event, StandardCharsets.UTF_8));
            ids.add(context.requestId());
            if (ids.size() <= failures) {
                throw new IllegalStateException("not yet");
            }
            return event;
        }
    }

    record Order(int order) {}

    /** As functions for Lambda are written. */
    public static final class TypedOrders implements RequestHandler<Order, String> {
        @Override
        public String handleRequest(Order order, Context context) {
            return "order " + order.order();
        }
    }
}
