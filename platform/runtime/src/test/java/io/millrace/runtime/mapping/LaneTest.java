package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.eventsource.SourceRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LaneTest {
    private static final Instant NOON = FeedingFloor.NOON;
    private static final Duration WINDOW = Duration.ofMinutes(5);

    private final Progress progress = new Progress();
    private final Lane lane = new Lane(new Lane.Limits(100, 1_000, WINDOW.toNanos(), Duration.ZERO));

    private void add(int bytes) {
        SourceRecord record = new SourceRecord("p" + bytes, "key", NOON, new byte[bytes], () -> {
            throw new IllegalStateException("nobody filters");
        });
        lane.add(new StreamItem(progress.read(record.position()), record), 0);
    }

    private Optional<List<Integer>> batch() {
        return lane.next(1, Optional.empty(), NOON).map(next -> ((Lane.Batch) next)
                .items().stream().map(StreamItem::bytes).toList());
    }

    @Test
    void a_batch_is_filled_until_its_window_is_over_while_there_is_room() {
        add(400);
        add(500);

        assertThat(lane.hasRoom()).isTrue();
        assertThat(batch()).isEmpty();
    }

    @Test
    void one_record_that_leaves_no_room_for_another_is_a_batch_at_once() {
        add(1_001);

        assertThat(lane.hasRoom()).isFalse();
        assertThat(batch()).contains(List.of(1_001));
        assertThat(lane.hasRoom()).isTrue();
    }
}
