package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testkit.MillraceExtension;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.Archive;
import software.amazon.awssdk.services.eventbridge.model.IllegalStatusException;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;
import software.amazon.awssdk.services.eventbridge.model.Replay;
import software.amazon.awssdk.services.eventbridge.model.ReplayState;
import software.amazon.awssdk.services.eventbridge.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.eventbridge.model.ResourceNotFoundException;
import software.amazon.awssdk.services.eventbridge.model.Target;

/** Archives and replays by the SDK's own client. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkArchiveIT {
    private static final String EVENTS = "arn:aws:events:us-east-1:000000000000:";
    private static final String DEFAULT_BUS = EVENTS + "event-bus/default";
    private static final Instant MORNING = Instant.parse("2026-11-20T08:00:00Z");
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    private static EventBridgeClient events;

    @BeforeAll
    static void connect() {
        events = EventClients.configure(EventBridgeClient.builder(), millrace).build();
    }

    @AfterAll
    static void disconnect() {
        events.close();
    }

    private static Queue<JsonNode> recorder(String name, String pattern) {
        Queue<JsonNode> received = new ConcurrentLinkedQueue<>();
        millrace.deploy(name, (event, context) -> {
            received.add(json(event));
            return "{}".getBytes(StandardCharsets.UTF_8);
        });
        events.putRule(request -> request.name(name).eventPattern(pattern));
        events.putTargets(request -> request.rule(name)
                .targets(Target.builder().id("fn").arn(SdkClient.ARN + name).build()));
        return received;
    }

    private static JsonNode json(byte[] text) {
        try {
            return JSON.readTree(text);
        } catch (IOException notJson) {
            throw new AssertionError(new String(text, StandardCharsets.UTF_8), notJson);
        }
    }

    private static void put(String source, Instant time, int number) {
        assertThat(events.putEvents(request -> request.entries(PutEventsRequestEntry.builder()
                                .source(source)
                                .detailType("t")
                                .time(time)
                                .detail("{\"n\":" + number + "}")
                                .build()))
                        .failedEntryCount())
                .isZero();
    }

    private static void awaitArchived(String archive, long count) {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> events.describeArchive(request -> request.archiveName(archive))
                                .eventCount()
                        == count);
    }

    private static void replay(String name, String archive, String... rules) {
        events.startReplay(request -> request.replayName(name)
                .eventSourceArn(EVENTS + "archive/" + archive)
                .eventStartTime(MORNING)
                .eventEndTime(NOON)
                .destination(to -> to.arn(DEFAULT_BUS).filterArns(rules)));
    }

    private static void awaitCompleted(String replay) {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () -> events.describeReplay(request -> request.replayName(replay))
                                .state(),
                        ReplayState.COMPLETED::equals);
    }

    @Test
    void what_an_archive_keeps_is_replayed_to_the_rules_that_are_named_as_often_as_wanted() {
        // Given
        Queue<JsonNode> named = recorder("named", "{\"source\":[\"kept\",\"other\"]}");
        Queue<JsonNode> unnamed = recorder("unnamed", "{\"source\":[\"kept\"]}");
        events.createArchive(request -> request.archiveName("kept")
                .eventSourceArn(DEFAULT_BUS)
                .eventPattern("{\"source\":[\"kept\"]}")
                .retentionDays(7));
        put("kept", MORNING, 1);
        put("kept", MORNING.plusSeconds(60), 2);
        put("kept", NOON.plusSeconds(1), 3);
        put("other", MORNING, 4);
        awaitArchived("kept", 3);
        Awaitility.await().atMost(PATIENCE).until(() -> named.size() == 4 && unnamed.size() == 3);
        // When
        replay("again", "kept", EVENTS + "rule/named");
        // Then
        awaitCompleted("again");
        Awaitility.await().atMost(PATIENCE).until(() -> named.size() == 6);
        assertThat(named.stream().filter(event -> event.has("replay-name")))
                .allSatisfy(
                        event -> assertThat(event.path("replay-name").asText()).isEqualTo("again"))
                .extracting(event -> event.at("/detail/n").asInt())
                .containsExactlyInAnyOrder(1, 2);
        assertThat(events.describeReplay(request -> request.replayName("again")).eventLastReplayedTime())
                .isEqualTo(MORNING.plusSeconds(60));
        // When
        replay("to-all", "kept");
        // Then
        awaitCompleted("to-all");
        Awaitility.await().atMost(PATIENCE).until(() -> named.size() == 8 && unnamed.size() == 5);
        assertThat(events.describeArchive(request -> request.archiveName("kept"))
                        .eventCount())
                .as("replayed events are not archived again")
                .isEqualTo(3);
        assertThat(events.listReplays(request -> request.eventSourceArn(EVENTS + "archive/kept"))
                        .replays())
                .extracting(Replay::replayName)
                .containsExactly("again", "to-all");
        assertThatThrownBy(() -> events.cancelReplay(request -> request.replayName("again")))
                .isInstanceOf(IllegalStatusException.class);
        assertThatThrownBy(() -> replay("again", "kept")).isInstanceOf(ResourceAlreadyExistsException.class);
    }

    @Test
    void archives_are_listed_and_deleted_with_what_they_keep() {
        // Given
        events.createArchive(request -> request.archiveName("gone").eventSourceArn(DEFAULT_BUS));
        put("any", NOON, 1);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> events.describeArchive(request -> request.archiveName("gone"))
                                .eventCount()
                        > 0);
        assertThat(events.listArchives(request -> request.eventSourceArn(DEFAULT_BUS))
                        .archives())
                .extracting(Archive::archiveName)
                .contains("gone");
        assertThatThrownBy(() -> events.createArchive(
                        request -> request.archiveName("gone").eventSourceArn(DEFAULT_BUS)))
                .isInstanceOf(ResourceAlreadyExistsException.class);
        // When
        events.deleteArchive(request -> request.archiveName("gone"));
        // Then
        assertThatThrownBy(() -> events.describeArchive(request -> request.archiveName("gone")))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> replay("late", "gone")).isInstanceOf(ResourceNotFoundException.class);
        // When: of the same name, and empty
        events.createArchive(request -> request.archiveName("gone").eventSourceArn(DEFAULT_BUS));
        assertThat(events.describeArchive(request -> request.archiveName("gone"))
                        .eventCount())
                .isZero();
        events.deleteArchive(request -> request.archiveName("gone"));
    }
}
