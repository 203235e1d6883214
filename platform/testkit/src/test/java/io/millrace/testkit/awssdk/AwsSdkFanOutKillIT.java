package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.delivery.QueueBrowser;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.qpid.proton.message.Message;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.DescribeReplayResponse;
import software.amazon.awssdk.services.eventbridge.model.ReplayState;
import software.amazon.awssdk.services.eventbridge.model.Target;
import software.amazon.awssdk.services.sns.SnsClient;

/** The server of a topic, or of a replay, is killed in the middle of its work; seen from outside. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkFanOutKillIT {
    private static final int ROUNDS = 2;
    private static final int MESSAGES = 600;
    /** So many that a replay takes a second. */
    private static final int ARCHIVED = 2_000;

    private static final int MOST_REPLAYS = 20;

    private static final Instant FIRST_EVENT = Instant.parse("2026-11-20T08:00:00Z");
    private static final String EVENTS = "arn:aws:events:us-east-1:000000000000:";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String FUNCTION = SdkClient.ARN;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Vertx vertx = Vertx.vertx();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        await(vertx.close());
    }

    /** The text of the one message that a function's event has; of an event of a bus, its number and its replay. */
    static String message(String event) {
        try {
            JsonNode read = JSON.readTree(event);
            return read.has("detail")
                    ? read.at("/detail/n").asText() + " "
                            + read.path("replay-name").asText()
                    : read.at("/Records/0/Sns/Message").asText();
        } catch (JsonProcessingException notJson) {
            throw new IllegalArgumentException(event, notJson);
        }
    }

    @Test
    void what_was_published_reaches_each_subscriber_once_however_often_the_server_is_killed() throws IOException {
        // Given
        Path data = directory.resolve("data");
        Path notes = Files.createDirectories(directory.resolve("notes"));
        try (FanOutServer server = FanOutServer.start(data, notes)) {
            subscribe(server.http());
            publishUntilKilled(server, 0);
        }
        // When
        for (int round = 1; round < ROUNDS; round++) {
            try (FanOutServer server = FanOutServer.start(data, notes)) {
                publishUntilKilled(server, round);
            }
        }
        // Then
        try (FanOutServer last = FanOutServer.start(data, notes)) {
            BrokerConnection connection = connect(last);
            BrokerManagement broker = new BrokerManagement(connection);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(250))
                    .until(() ->
                            await(broker.listQueues("topic.orders/")).stream().allMatch(queue -> queue.messages() == 0)
                                    && isQuiet(stats(last), "first")
                                    && isQuiet(stats(last), "second"));
            List<String> copies = copies(connection);
            Set<String> distinct = new HashSet<>(copies);
            JsonNode stats = stats(last);
            System.out.println("FanOutKillIT: " + accepted.size() + " accepted, " + copies.size() + " in the queue");
            assertThat(missing(distinct)).as("accepted and lost for the queue").isEmpty();
            assertThat(copies).as("copies in the queue").hasSameSizeAs(distinct);
            for (String function : List.of("first", "second")) {
                Set<String> processed = new HashSet<>(Files.readAllLines(notes.resolve(function)));
                assertThat(missing(processed))
                        .as("accepted and lost for " + function)
                        .isEmpty();
                assertThat(stats.path(function).path("accepted").asInt())
                        .as("events of " + function)
                        .isEqualTo(processed.size());
            }
        }
    }

    @Test
    void a_replay_goes_on_where_the_server_was_killed_and_leaves_nothing_out() throws IOException {
        // Given
        Path data = directory.resolve("data");
        Path notes = Files.createDirectories(directory.resolve("notes"));
        Instant reached;
        String replay;
        int replays = 0; // One may be over before it is seen to have begun.
        try (FanOutServer server = FanOutServer.start(data, notes);
                EventBridgeClient events = events(server)) {
            events.createArchive(request -> request.archiveName("kept").eventSourceArn(EVENTS + "event-bus/default"));
            fillBus(server);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> events.describeArchive(request -> request.archiveName("kept"))
                                    .eventCount()
                            == ARCHIVED);
            events.putRule(request -> request.name("all").eventPattern("{\"source\":[\"shop\"]}"));
            events.putTargets(request -> request.rule("all")
                    .targets(Target.builder().id("fn").arn(FUNCTION + "first").build()));
            // When
            do {
                replay = "again-" + ++replays;
                reached = replayedUntilSeen(events, replay);
            } while (replays < MOST_REPLAYS && !isInTheMiddle(reached));
        }
        // Then
        assertThat(isInTheMiddle(reached))
                .as("killed in the middle: %s", reached)
                .isTrue();
        String killed = replay;
        try (FanOutServer last = FanOutServer.start(data, notes);
                EventBridgeClient events = events(last)) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> replay(events, killed).state(), ReplayState.COMPLETED::equals);
            Set<String> all = IntStream.range(0, ARCHIVED)
                    .mapToObj(number -> number + " " + killed)
                    .collect(Collectors.toSet());
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(100))
                    .untilAsserted(() -> {
                        List<String> replayed = runs(notes, killed);
                        assertThat(new HashSet<>(replayed)).isEqualTo(all);
                    });
            System.out.println("FanOutKillIT: replay killed at "
                    + Duration.between(FIRST_EVENT, reached).toSeconds() + " of " + ARCHIVED + ", "
                    + runs(notes, killed).size() + " runs");
        }
    }

    private static EventBridgeClient events(FanOutServer server) {
        return EventClients.configure(EventBridgeClient.builder(), server.http())
                .build();
    }

    private static DescribeReplayResponse replay(EventBridgeClient events, String name) {
        return events.describeReplay(request -> request.replayName(name));
    }

    /** @return how far it was when it was first seen behind its first quarter */
    private static Instant replayedUntilSeen(EventBridgeClient events, String name) {
        events.startReplay(request -> request.replayName(name)
                .eventSourceArn(EVENTS + "archive/kept")
                .eventStartTime(FIRST_EVENT)
                .eventEndTime(FIRST_EVENT.plusSeconds(ARCHIVED))
                .destination(to -> to.arn(EVENTS + "event-bus/default")));
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(1))
                .until(
                        () -> Optional.ofNullable(replay(events, name).eventLastReplayedTime())
                                .orElse(FIRST_EVENT),
                        last -> last.isAfter(FIRST_EVENT.plusSeconds(ARCHIVED / 4)));
    }

    private static boolean isInTheMiddle(Instant reached) {
        return reached.isBefore(FIRST_EVENT.plusSeconds(ARCHIVED - 1));
    }

    /** What ran of one replay. */
    private static List<String> runs(Path notes, String replay) throws IOException {
        Path first = notes.resolve("first");
        return (Files.exists(first) ? Files.readAllLines(first) : List.<String>of())
                .stream().filter(note -> note.endsWith(" " + replay)).toList();
    }

    /** With events a second apart. */
    private void fillBus(FanOutServer server) {
        BrokerConnection connection = connect(server);
        Publisher publisher = new Publisher(connection);
        List<Future<Void>> sent = new ArrayList<>();
        for (int number = 0; number < ARCHIVED; number++) {
            String event = "{\"source\":\"shop\",\"detail-type\":\"order\",\"time\":\""
                    + FIRST_EVENT.plusSeconds(number) + "\",\"detail\":{\"n\":" + number + "}}";
            sent.add(publisher.send(
                    "bus.default",
                    EventMessages.durable(
                            UUID.randomUUID().toString(), event.getBytes(StandardCharsets.UTF_8), Map.of(), null)));
        }
        await(Future.all(sent));
        await(connection.close());
    }

    /** Only what was confirmed is promised to all: the broker writes each subscriber's copy by itself. */
    private Set<String> missing(Set<String> arrived) {
        Set<String> missing = new TreeSet<>(accepted);
        missing.removeAll(arrived);
        return missing;
    }

    private static void subscribe(URI http) {
        try (SnsClient sns = EventClients.configure(SnsClient.builder(), http).build()) {
            String topic = sns.createTopic(request -> request.name("orders")).topicArn();
            for (String function : List.of("first", "second")) {
                sns.subscribe(
                        request -> request.topicArn(topic).protocol("lambda").endpoint(FUNCTION + function));
            }
            sns.subscribe(request -> request.topicArn(topic)
                    .protocol("sqs")
                    .endpoint("arn:aws:sqs:us-east-1:000000000000:copies")
                    .attributes(Map.of("RawMessageDelivery", "true")));
        }
    }

    private BrokerConnection connect(FanOutServer server) {
        BrokerConnection connection = await(BrokerConnection.open(vertx, BrokerAddress.parse(server.broker()), "test"));
        await(connection.firstUp());
        return connection;
    }

    private void publishUntilKilled(FanOutServer server, int round) {
        int before = accepted.size();
        BrokerConnection connection = connect(server);
        Publisher publisher = new Publisher(connection);
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            String text = round + "-" + i;
            Message message = EventMessages.durable(
                    UUID.randomUUID().toString(), text.getBytes(StandardCharsets.UTF_8), Map.of(), null);
            answers.add(publisher
                    .send("topic.orders", message)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .handle((done, failed) -> failed == null && accepted.add(text)));
        }
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> accepted.size() - before >= MESSAGES / 3);
        server.close();
        answers.forEach(CompletableFuture::join);
        await(connection.close());
    }

    private List<String> copies(BrokerConnection connection) {
        QueueBrowser browser = new QueueBrowser(connection, "copies");
        List<String> found = new ArrayList<>();
        for (List<Message> page = await(browser.next()); !page.isEmpty(); page = await(browser.next())) {
            page.forEach(message -> found.add(new String(EventMessages.payload(message), StandardCharsets.UTF_8)));
        }
        browser.close();
        return found;
    }

    private static boolean isQuiet(JsonNode stats, String function) {
        JsonNode counts = stats.path(function);
        return counts.path("waiting").asLong(1)
                        + counts.path("delayed").asLong(1)
                        + counts.path("running").asLong(1)
                == 0;
    }

    private static JsonNode stats(FanOutServer server) {
        try {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(server.http().resolve("/_millrace/stats"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return JSON.readTree(answer.body()).path("functions");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
