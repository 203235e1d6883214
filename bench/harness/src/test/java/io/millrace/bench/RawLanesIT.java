package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every raw lane moves events and comes to rest; how fast is not asked here. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RawLanesIT {

    private static final Duration BRIEFLY = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private BrokerProcess broker;
    private Surroundings surroundings;

    @BeforeAll
    void startBroker(@TempDir Path directory) {
        broker = BrokerProcess.start(directory);
        RawQueues.setUp(broker.amqpPort());
        surroundings = new Surroundings(directory, broker, "", new AtomicInteger());
    }

    @AfterAll
    void stopBroker() {
        broker.close();
    }

    @Test
    void the_raw_pipe_ends_events_and_none_after_it_is_paused() {
        try (Lane lane = surroundings.rawPipe(Load.EVENTS, false)) {
            assertMovesAndRests(lane);
        }
    }

    @Test
    void the_raw_pipe_with_a_hop_ends_events_and_none_after_it_is_paused() {
        try (Lane lane = surroundings.rawPipe(Load.EVENTS, true)) {
            assertMovesAndRests(lane);
        }
    }

    @Test
    void failed_attempts_come_back_until_every_event_has_ended() {
        try (Lane lane = surroundings.rawPipe(new Load(64, 256, 2), true)) {
            assertMovesAndRests(lane);
        }
    }

    @Test
    void raw_calls_are_answered_and_timed() {
        try (Lane lane = surroundings.rawCalls(8)) {
            assertMovesAndRests(lane);

            assertThat(lane.medianMicros()).isPositive();
        }
    }

    @Test
    void raw_batches_take_a_backlog_to_its_last_message() {
        try (Lane lane = surroundings.rawBatches(10)) {
            int times = assertMovesAndRests(lane);

            assertThat(lane.completed()).isEqualTo(times * 2L * BRIEFLY.toMillis() * BacklogLane.PER_MILLI);
        }
    }

    /** @return how often it was measured: while the machine stands still, nothing may end within so brief a window */
    private static int assertMovesAndRests(Lane lane) {
        long start = System.nanoTime();
        int times = 1;
        Window window = lane.measure(BRIEFLY, BRIEFLY);
        while (window.perSecond() <= 0 && System.nanoTime() - start < PATIENCE.toNanos()) {
            times++;
            window = lane.measure(BRIEFLY, BRIEFLY);
        }

        assertThat(window.perSecond()).isPositive();
        long atRest = lane.completed();
        Pause.of(BRIEFLY);
        assertThat(lane.completed()).isEqualTo(atRest);
        return times;
    }
}
