package io.millrace.core.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A load that wanders, and the rules looked up in the whole history. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TargetTrackingSimulationTest {
    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final CapacityRange RANGE = new CapacityRange(2, 60);
    private static final int PERIODS = 3000;

    private final SteppedClock clock = new SteppedClock();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void every_change_has_its_row_of_datapoints_and_stays_within_the_range(long seed) {
        Random random = new Random(seed);
        double target = (1 + random.nextInt(9)) / 10.0;
        var tracking = new TargetTracking(new TargetTrackingPolicy(target, Duration.ZERO, Duration.ZERO, false), clock);
        List<Datapoint> history = new ArrayList<>();
        int capacity = RANGE.minimum();
        int load = 0;
        int changes = 0;
        for (int period = 0; period < PERIODS; period++) {
            load = random.nextInt(50) == 0 ? random.nextInt(60) : Math.max(0, load + random.nextInt(3) - 1);
            Datapoint datapoint = new Datapoint(Math.min(load, capacity), capacity);
            history.add(datapoint);
            OptionalInt asked = tracking.next(datapoint, capacity, RANGE);
            if (asked.isPresent()) {
                int wanted = asked.getAsInt();
                assertThat(wanted).isBetween(RANGE.minimum(), RANGE.maximum()).isNotEqualTo(capacity);
                if (wanted > capacity) {
                    assertThat(last(history, 3)).allMatch(each -> each.utilisation() > target);
                    assertThat(wanted).isEqualTo(Math.min(RANGE.maximum(), ceiling(datapoint.inUse(), target)));
                } else {
                    assertThat(last(history, 15)).allMatch(each -> each.utilisation() < target * 0.9 + 1e-9);
                }
                tracking.changed(capacity, wanted);
                capacity = wanted;
                changes++;
            } else if (history.size() >= 3 && capacity < RANGE.maximum()) {
                assertThat(last(history, 3)).anyMatch(each -> each.utilisation() <= target);
            }
            clock.step(PERIOD);
        }
        assertThat(changes).isGreaterThan(20);
    }

    private static <T> List<T> last(List<T> all, int count) {
        assertThat(all).hasSizeGreaterThanOrEqualTo(count);
        return all.subList(all.size() - count, all.size());
    }

    /** Targets here are tenths. */
    private static int ceiling(int inUse, double target) {
        int tenths = (int) Math.round(target * 10);
        return (inUse * 10 + tenths - 1) / tenths;
    }
}
