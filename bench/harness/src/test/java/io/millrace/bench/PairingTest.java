package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PairingTest {

    private final List<String> windows = new ArrayList<>();

    @Test
    void pairs_run_in_alternating_order_after_one_window_each_to_warm_up() {
        Pairing pairing = new Pairing(Duration.ZERO, 3, Duration.ZERO, Duration.ZERO);

        pairing.compare("a-vs-b", new Recorded("A", 6), new Recorded("B", 2), Window::perSecond);

        assertThat(windows).containsExactly("A", "B", "A", "B", "B", "A", "A", "B");
    }

    @Test
    void the_ratio_is_the_first_lane_by_the_second() {
        Pairing pairing = new Pairing(Duration.ZERO, 2, Duration.ZERO, Duration.ZERO);

        Comparison comparison =
                pairing.compare("a-vs-b", new Recorded("A", 6), new Recorded("B", 2), Window::perSecond);

        assertThat(comparison.ratio()).isEqualTo(new Spread(3, 3, 3));
        assertThat(comparison.report("A", "B", "events/s")).startsWith("RATIO a-vs-b 3.000 3.000 3.000\n");
    }

    @Test
    void the_median_of_an_even_number_lies_between_the_middle_two() {
        Spread spread = Spread.of(DoubleStream.of(4, 1, 3, 2));

        assertThat(spread.median()).isCloseTo(2.5, within(1e-9));
        assertThat(spread.min()).isEqualTo(1);
        assertThat(spread.max()).isEqualTo(4);
    }

    /** Notes that it was measured and says what it was told to. */
    private final class Recorded implements Lane {
        private final String name;
        private final double perSecond;

        Recorded(String name, double perSecond) {
            this.name = name;
            this.perSecond = perSecond;
        }

        @Override
        public Window measure(Duration warmUp, Duration measured) {
            windows.add(name);
            return new Window(perSecond, 0, 0, 0);
        }

        @Override
        public void resume() {}

        @Override
        public long completed() {
            return 0;
        }

        @Override
        public void pause() {}

        @Override
        public void close() {}
    }
}
