package io.millrace.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PacingTest {
    @Test
    void steps_at_a_rate_are_small_and_what_was_missed_comes_in_no_burst() {
        // Given
        Metronome metronome = new Metronome(100, 0);
        assertThat(metronome.most()).isEqualTo(10);
        // When
        metronome.moved(10, 0);
        // Then
        assertThat(metronome.waitNanos(0)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
        long muchLater = TimeUnit.SECONDS.toNanos(60);
        metronome.moved(10, muchLater);
        assertThat(metronome.waitNanos(muchLater)).isZero();
        metronome.moved(10, muchLater);
        assertThat(metronome.waitNanos(muchLater)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
    }

    @Test
    void without_a_rate_nothing_waits() {
        Metronome metronome = new Metronome(0, 0);
        metronome.moved(1_000, 0);
        assertThat(metronome.waitNanos(0)).isZero();
        assertThat(metronome.most()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void a_step_takes_64_MB_at_most_and_at_least_one_message() {
        assertThat(RouteMove.most(1_024)).isEqualTo(BrokerMove.STEP);
        assertThat(RouteMove.most(10 << 20)).isEqualTo(6);
        assertThat(RouteMove.most(100 << 20)).isEqualTo(1);
    }
}
