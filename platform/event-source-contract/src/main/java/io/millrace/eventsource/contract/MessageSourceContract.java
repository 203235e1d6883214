package io.millrace.eventsource.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.MessageSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceMessage;
import io.millrace.eventsource.SourceRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/**
 * What every kind of {@link MessageSource} does. A kind extends this, starts its real server once for the class, and
 * says how messages are sent and what they look like. Only where a test is about messages that come again by themselves,
 * its queue lets go of them after a second or two; elsewhere a machine that stands still must not let them come twice.
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
public abstract class MessageSourceContract {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Duration MOMENT = Duration.ofMillis(100);
    private static final int MOST = 10;

    /** The kind that is tested. */
    protected abstract EventSourceKind kind();

    /** A new queue at the server that leaves messages to who has them for longer than any test takes. */
    protected abstract QueueUnderTest create(boolean ordered);

    /** A new queue at the server, without order, that gives a message again that was not settled for a second or two. */
    protected abstract QueueUnderTest createImpatient();

    /** A queue that the server does not have. */
    protected abstract SourceDescription nowhere();

    /** How a refusal of {@link #nowhere} names it. */
    protected abstract String nowhereByName();

    /** The body that was sent, as it is in the JSON of its message. */
    protected abstract String bodyIn(JsonNode message);

    /** Looks at all members of a message. */
    protected abstract void checkMessage(JsonNode message, SourceMessage source, String group, String body);

    /** Where filter patterns find the body, as a JSON pointer. */
    protected abstract String bodyForFilters();

    /** Empty where the server cannot be taken away; then that is not tested. */
    protected abstract Optional<RealServer> server();

    /** Whether {@link #create} can make ordered queues. */
    protected boolean knowsOrder() {
        return true;
    }

    @Test
    protected void every_message_comes_and_never_again_once_it_is_deleted() throws Exception {
        // Given
        QueueUnderTest queue = create(false);
        queue.send("g", bodies(0, 50));
        try (MessageSource source = open(queue)) {
            // When
            List<SourceMessage> messages = receive(source, 50);
            source.delete(messages);

            // Then
            assertThat(numbers(messages)).containsExactlyInAnyOrderElementsOf(range(0, 50));
            assertThat(messages).extracting(SourceMessage::id).doesNotHaveDuplicates();
            assertThat(source.isOrdered()).isFalse();
            assertThat(queue.left()).isZero();
        }
    }

    @Test
    protected void threads_share_the_messages() throws Exception {
        // Given
        QueueUnderTest queue = create(false);
        queue.send("g", bodies(0, 200));
        Map<Integer, Integer> times = new ConcurrentHashMap<>();
        Instant end = Instant.now().plus(LONG);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try (MessageSource source = open(queue)) {
            // When
            List<Future<?>> ends = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                ends.add(threads.submit(() -> {
                    while (times.size() < 200 && Instant.now().isBefore(end)) {
                        List<SourceMessage> some = source.receive(MOST, MOMENT);
                        source.delete(some);
                        numbers(some).forEach(number -> times.merge(number, 1, Integer::sum));
                    }
                    return null;
                }));
            }
            for (Future<?> one : ends) {
                one.get();
            }

            // Then
            assertThat(times).hasSize(200).allSatisfy((number, count) -> assertThat(count)
                    .isEqualTo(1));
            assertThat(queue.left()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    protected void messages_that_are_given_back_come_again() throws Exception {
        // Given
        QueueUnderTest queue = create(false);
        queue.send("g", bodies(0, 5));
        try (MessageSource source = open(queue)) {
            List<SourceMessage> messages = receive(source, 5);

            // When
            source.giveBack(messages);

            // Then
            List<SourceMessage> again = receive(source, 5);
            source.delete(again);
            assertThat(again)
                    .extracting(SourceMessage::id)
                    .containsExactlyInAnyOrderElementsOf(
                            messages.stream().map(SourceMessage::id).toList());
            assertThat(queue.left()).isZero();
        }
    }

    @Test
    protected void messages_that_are_left_alone_come_again_by_themselves_also_to_another_reader() throws Exception {
        // Given
        QueueUnderTest queue = createImpatient();
        queue.send("g", bodies(0, 5));
        try (MessageSource source = open(queue)) {
            List<SourceMessage> messages = List.copyOf(receiveAlsoAgain(source, 5, message -> {}));
            source.delete(messages.stream()
                    .filter(message -> numbers(List.of(message)).get(0) < 2)
                    .toList());
        }

        // When
        try (MessageSource another = open(queue)) {
            Collection<SourceMessage> again = receiveAlsoAgain(another, 3, message -> another.delete(List.of(message)));

            // Then
            assertThat(numbers(List.copyOf(again))).containsExactlyInAnyOrder(2, 3, 4);
            assertThat(queue.left()).isZero();
        }
    }

    @Test
    protected void messages_of_one_group_come_in_order_and_wait_for_those_before_them() throws Exception {
        assumeTrue(knowsOrder());
        // Given
        QueueUnderTest queue = create(true);
        queue.send("one", bodies(0, 15));
        queue.send("two", bodies(100, 105));
        try (MessageSource source = open(queue)) {
            // When
            List<SourceMessage> of = new ArrayList<>();
            Instant end = Instant.now().plus(LONG);
            while (of.size() < 20 && Instant.now().isBefore(end)) {
                List<SourceMessage> some = source.receive(MOST, MOMENT);
                source.delete(some);
                of.addAll(some);
            }

            // Then
            assertThat(source.isOrdered()).isTrue();
            assertThat(numbers(of).stream().filter(number -> number < 100)).containsExactlyElementsOf(range(0, 15));
            assertThat(numbers(of).stream().filter(number -> number >= 100)).containsExactlyElementsOf(range(100, 105));
        }
    }

    @Test
    protected void closing_ends_receiving() throws Exception {
        // Given
        ExecutorService thread = Executors.newSingleThreadExecutor();
        MessageSource source = open(create(false));
        try {
            Future<List<SourceMessage>> receiving = thread.submit(() -> source.receive(MOST, LONG));

            // When
            source.close();

            // Then
            assertThatThrownBy(receiving::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SourceAwayException.class);
        } finally {
            source.close();
            thread.shutdownNow();
        }
    }

    @Test
    protected void a_server_that_goes_away_is_told_and_receiving_goes_on_when_it_is_back() throws Exception {
        assumeTrue(server().isPresent());
        // Given
        RealServer server = server().orElseThrow();
        QueueUnderTest queue = createImpatient(); // An answer may be lost on the way.
        try (MessageSource source = open(queue)) {
            // When
            server.stop();
            try {
                await().atMost(LONG).untilAsserted(() -> assertThatThrownBy(() -> source.receive(MOST, MOMENT))
                        .isInstanceOf(SourceAwayException.class));
            } finally {
                server.start();
            }
            queue.send("g", bodies(0, 5));

            // Then
            Set<Integer> numbers = new TreeSet<>();
            await().atMost(LONG)
                    .ignoreExceptionsInstanceOf(SourceAwayException.class)
                    .untilAsserted(() -> {
                        List<SourceMessage> some = source.receive(MOST, MOMENT);
                        source.delete(some);
                        numbers.addAll(numbers(some));
                        assertThat(numbers).containsExactlyElementsOf(range(0, 5));
                    });
        }
    }

    @Test
    protected void a_queue_that_is_not_there_is_refused_by_its_name() {
        // Given
        SourceDescription nowhere = nowhere();

        // When, Then
        assertThat(kind().isOf(nowhere)).isTrue();
        assertThatThrownBy(() -> kind().open(nowhere, new KeptCheckpoints()).close())
                .isInstanceOf(SourceRefusedException.class)
                .hasMessageContaining(nowhereByName());
    }

    @Test
    protected void messages_look_as_functions_and_filters_know_them() throws Exception {
        // Given
        QueueUnderTest queue = create(false);
        queue.send("g", List.of("{\"number\":7,\"in\":{\"list\":[\"a\"]}}"));
        try (MessageSource source = open(queue)) {
            // When
            SourceMessage message = receive(source, 1).get(0);
            source.delete(List.of(message));

            // Then
            checkMessage(json(message), message, "g", "{\"number\":7,\"in\":{\"list\":[\"a\"]}}");
            JsonNode body = message.filterView().get().at(bodyForFilters());
            assertThat(body.at("/in/list/0").textValue()).isEqualTo("a");
        }
    }

    private MessageSource open(QueueUnderTest queue) {
        SourceDescription description = queue.describe();
        assertThat(kind().isOf(description)).isTrue();
        assertThat(kind().isQueue()).isTrue();
        return (MessageSource) kind().open(description, new KeptCheckpoints());
    }

    private static List<SourceMessage> receive(MessageSource source, int count) throws InterruptedException {
        List<SourceMessage> messages = new ArrayList<>();
        Instant end = Instant.now().plus(LONG);
        while (messages.size() < count && Instant.now().isBefore(end)) {
            List<SourceMessage> some = source.receive(Math.min(MOST, count - messages.size()), MOMENT);
            assertThat(some).hasSizeLessThanOrEqualTo(Math.min(MOST, count - messages.size()));
            messages.addAll(some);
        }
        assertThat(messages).hasSize(count);
        return messages;
    }

    /** So many different ones, each as it came last: a queue that lets go of messages may give some of them twice. */
    private static Collection<SourceMessage> receiveAlsoAgain(
            MessageSource source, int count, Consumer<SourceMessage> each) throws InterruptedException {
        Map<String, SourceMessage> messages = new LinkedHashMap<>();
        Instant end = Instant.now().plus(LONG);
        while (messages.size() < count && Instant.now().isBefore(end)) {
            for (SourceMessage message : source.receive(MOST, MOMENT)) {
                messages.put(message.id(), message);
                each.accept(message);
            }
        }
        return messages.values();
    }

    private static List<String> bodies(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(number -> "{\"number\":" + number + "}")
                .toList();
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private List<Integer> numbers(List<SourceMessage> messages) {
        return messages.stream()
                .map(message -> parse(bodyIn(json(message))).path("number").intValue())
                .toList();
    }

    private static JsonNode json(SourceMessage message) {
        return parse(new String(message.json(), UTF_8));
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException notJson) {
            throw new UncheckedIOException("This is no JSON: " + text, notJson);
        }
    }
}
