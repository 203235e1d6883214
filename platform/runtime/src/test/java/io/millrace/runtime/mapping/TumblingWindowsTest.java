package io.millrace.runtime.mapping;

import static io.millrace.runtime.mapping.FeedingFloor.NOON;
import static io.millrace.runtime.mapping.FeedingFloor.PARTITION;
import static io.millrace.runtime.mapping.FeedingFloor.PATIENCE;
import static io.millrace.runtime.mapping.FeedingFloor.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.core.invocation.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Windows whose state a function hands from batch to batch (lambda-semantics 3.7). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class TumblingWindowsTest {
    private static final Duration WINDOW = Duration.ofSeconds(30);

    private final FeedingFloor floor = new FeedingFloor();

    @BeforeEach
    void count() {
        floor.function.script = TumblingWindowsTest::counted;
    }

    @AfterEach
    void close() {
        floor.close();
    }

    private static Outcome counted(ScriptedFunction.Call call) {
        int count = call.event().path("state").path("count").asInt(0)
                + call.records().size();
        return ScriptedFunction.succeeded("{\"state\":{\"count\":" + count + "}}");
    }

    /** What the last invocations of windows were given. */
    private List<JsonNode> ends() {
        return floor.function.calls.stream()
                .map(ScriptedFunction.Call::event)
                .filter(event -> event.get("isFinalInvokeForWindow").booleanValue())
                .toList();
    }

    @Test
    void state_goes_from_batch_to_batch_and_the_end_of_the_window_gets_it() {
        // Given
        floor.append(5);
        floor.now = NOON.plusSeconds(30);
        floor.append(1);
        // When
        floor.start(settings(2, FeedingFloor.tumbling(WINDOW)));
        await().atMost(PATIENCE).until(() -> floor.function.calls.size() == 5);
        // Then
        assertThat(floor.function.batches())
                .containsExactly(List.of(0, 1), List.of(2, 3), List.of(4), List.of(), List.of(5));
        assertThat(ends())
                .singleElement()
                .asString()
                .isEqualTo("{\"state\":{\"count\":5},"
                        + "\"window\":{\"start\":\"2026-11-21T12:00:00Z\",\"end\":\"2026-11-21T12:00:30Z\"},"
                        + "\"shardId\":\"shard-0\",\"eventSourceARN\":\"arn:aws:memory:us-east-1:000000000000:log\","
                        + "\"isFinalInvokeForWindow\":true,\"isWindowTerminatedEarly\":false,\"Records\":[]}");
        assertThat(floor.function.calls.get(0).event().get("state").toString()).isEqualTo("{}");
        assertThat(floor.function.calls.get(4).event().get("state").toString()).isEqualTo("{}");
    }

    @Test
    void a_window_ends_when_its_time_is_over_also_without_a_record_behind_it() {
        floor.append(1);
        floor.start(settings(10, FeedingFloor.tumbling(WINDOW)));
        await().atMost(PATIENCE).until(() -> floor.function.calls.size() == 1);
        assertThat(ends()).isEmpty();
        floor.now = NOON.plusSeconds(32);
        await().atMost(PATIENCE).until(() -> ends().size() == 1);
        floor.awaitDone(1);
    }

    @Test
    void a_window_of_the_past_stays_open_while_a_source_that_answers_nothing_may_have_more() {
        // Given
        floor.log.mayHaveMore(PARTITION, true);
        floor.append(1);
        floor.now = NOON.plusSeconds(300);
        // When empty answers come between its records
        floor.start(settings(1, FeedingFloor.tumbling(WINDOW)));
        await().atMost(PATIENCE).until(() -> floor.function.calls.size() == 1);
        int readings = floor.log.readings();
        await().atMost(PATIENCE).until(() -> floor.log.readings() > readings + 2);
        floor.log.append(PARTITION, "k", NOON.plusSeconds(1));
        await().atMost(PATIENCE).until(() -> floor.function.calls.size() == 2);
        floor.log.mayHaveMore(PARTITION, false);
        // Then
        await().atMost(PATIENCE).until(() -> ends().size() == 1);
        assertThat(floor.function.batches()).containsExactly(List.of(0), List.of(1), List.of());
        assertThat(ends().get(0).get("state").toString()).isEqualTo("{\"count\":2}");
    }

    @Test
    void a_window_is_committed_when_it_has_ended_so_that_after_a_crash_its_state_is_made_anew() {
        // Given a poller that ends in the middle of a window
        floor.append(3);
        StreamPoller first = floor.start(settings(2, FeedingFloor.tumbling(WINDOW)));
        await().atMost(PATIENCE).until(() -> floor.function.calls.size() == 2);
        floor.stop(first, PATIENCE);
        assertThat(floor.log.commits()).isEmpty();
        // When
        floor.append(1);
        floor.now = NOON.plusSeconds(30);
        floor.append(1);
        floor.start(settings(100, FeedingFloor.tumbling(WINDOW)));
        await().atMost(PATIENCE).until(() -> ends().size() == 1);
        // Then
        assertThat(ends().get(0).get("state").toString()).isEqualTo("{\"count\":4}");
        floor.awaitDone(4);
    }

    @Test
    void a_batch_that_fails_leaves_the_state_as_it_was() {
        floor.append(1);
        floor.now = NOON.plusSeconds(30);
        floor.append(1);
        floor.function.script = call -> switch (floor.function.calls.size()) {
            case 1 -> ScriptedFunction.failed();
            case 2 -> ScriptedFunction.succeeded("{\"count\":7}");
            default -> counted(call);
        };
        floor.start(settings(1, FeedingFloor.tumbling(WINDOW)));
        await().atMost(PATIENCE).until(() -> ends().size() == 1);
        assertThat(floor.function.batches().subList(0, 3)).containsExactly(List.of(0), List.of(0), List.of(0));
        assertThat(ends().get(0).get("state").toString()).isEqualTo("{\"count\":1}");
    }

    @Test
    void a_state_that_grows_too_large_ends_the_window_early() {
        floor.append(2);
        floor.function.script = call -> call.records().contains(0)
                ? ScriptedFunction.succeeded("{\"state\":{\"text\":\"" + "x".repeat(1024 * 1024) + "\"}}")
                : counted(call);
        floor.start(settings(1, FeedingFloor.tumbling(WINDOW)));
        await().atMost(PATIENCE).until(() -> floor.function.calls.size() == 3);
        assertThat(floor.function.batches()).containsExactly(List.of(0), List.of(), List.of(1));
        assertThat(ends().get(0).get("isWindowTerminatedEarly").booleanValue()).isTrue();
        assertThat(floor.function.calls.get(2).event().get("state").toString()).isEqualTo("{}");
        assertThat(floor.log.commits()).containsExactly(0);
    }

    @Test
    void the_end_of_a_window_is_tried_again_until_it_is_given_up() {
        // Given
        floor.append(3);
        floor.now = NOON.plusSeconds(32);
        floor.function.script = call -> call.records().isEmpty() ? ScriptedFunction.failed() : counted(call);
        StreamSettings stream = new StreamSettings(
                1, false, Optional.empty(), OptionalInt.of(1), WINDOW, Optional.of(FeedingFloor.QUEUE));
        // When
        floor.start(settings(10, stream));
        floor.awaitDone(3);
        // Then
        assertThat(ends()).hasSize(2);
        assertThat(floor.givenUp())
                .singleElement()
                .asString()
                .contains("\"approximateInvokeCount\":2}")
                .contains("\"startSequenceNumber\":\"0\",\"endSequenceNumber\":\"2\"");
        assertThat(floor.log.done(PARTITION)).isEqualTo(3);
    }

    @Test
    void the_end_of_a_window_is_given_up_when_it_grew_too_old_while_the_function_did_not_exist() {
        // Given
        floor.append(1);
        StreamSettings stream = new StreamSettings(
                1,
                false,
                Optional.of(Duration.ofSeconds(60)),
                OptionalInt.empty(),
                WINDOW,
                Optional.of(FeedingFloor.QUEUE));
        floor.start(settings(10, stream));
        await().atMost(PATIENCE).until(() -> floor.function.calls.size() == 1);
        floor.exists = false;
        // When
        floor.now = NOON.plusSeconds(92);
        // Then
        floor.awaitDone(1);
        assertThat(ends()).isEmpty();
        assertThat(floor.givenUp())
                .singleElement()
                .asString()
                .contains("\"condition\":\"RecordAgeExceeded\",\"approximateInvokeCount\":1}");
    }

    @Test
    void a_clock_that_was_an_hour_ahead_cuts_no_window_short_once_it_is_right_again() {
        // Given a window that the clock of that hour called over
        floor.append(1);
        floor.start(settings(10, FeedingFloor.tumbling(WINDOW)));
        await().atMost(PATIENCE).until(() -> floor.function.calls.size() == 1);
        floor.now = NOON.plus(Duration.ofHours(1));
        await().atMost(PATIENCE).until(() -> ends().size() == 1);
        floor.awaitDone(1);
        // When
        floor.now = NOON.plusSeconds(1);
        awaitReadings(2);
        floor.append(1);
        await().atMost(PATIENCE).until(() -> floor.function.batches().contains(List.of(1)));
        awaitReadings(3);
        floor.append(1);
        await().atMost(PATIENCE).until(() -> floor.function.batches().contains(List.of(2)));
        awaitReadings(3);
        assertThat(ends()).hasSize(1);
        floor.now = NOON.plusSeconds(32);
        // Then
        await().atMost(PATIENCE).until(() -> ends().size() == 2);
        assertThat(ends().get(1).get("state").toString()).isEqualTo("{\"count\":2}");
        floor.awaitDone(3);
    }

    /** The last of so many began after this was called, unless it is the first. */
    private void awaitReadings(int more) {
        int before = floor.log.readings();
        await().atMost(PATIENCE).until(() -> floor.log.readings() >= before + more);
    }

    @Test
    void a_window_ends_in_its_time_also_when_the_clock_is_set_back_an_hour() {
        floor.append(1);
        floor.start(settings(10, FeedingFloor.tumbling(Duration.ofSeconds(1))));
        await().atMost(PATIENCE).until(() -> floor.function.calls.size() == 1);
        floor.now = NOON.minus(Duration.ofHours(1));
        floor.awaitDone(1);
        assertThat(ends()).hasSize(1);
    }
}
