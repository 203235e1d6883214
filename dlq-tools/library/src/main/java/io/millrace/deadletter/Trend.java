package io.millrace.deadletter;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many died when.
 *
 * @param step one minute, or as many as it takes to have no more than 120 steps from the first death to the last
 * @param deaths by the beginning of each step; steps without any are left out
 */
public record Trend(Duration step, Map<Instant, Long> deaths) {

    /** Counts in bounded memory: 120 steps, of which two become one when they are too many. Not thread-safe. */
    static final class Collector {
        private static final int MOST = 120;

        private long stepMillis = Duration.ofMinutes(1).toMillis();
        private TreeMap<Long, Long> counts = new TreeMap<>();

        void add(Instant died) {
            counts.merge(begin(died.toEpochMilli()), 1L, Long::sum);
            while ((counts.lastKey() - counts.firstKey()) / stepMillis >= MOST) {
                stepMillis *= 2;
                TreeMap<Long, Long> coarser = new TreeMap<>();
                counts.forEach((begin, count) -> coarser.merge(begin(begin), count, Long::sum));
                counts = coarser;
            }
        }

        private long begin(long millis) {
            return Math.floorDiv(millis, stepMillis) * stepMillis;
        }

        Trend trend() {
            Map<Instant, Long> deaths = new TreeMap<>();
            counts.forEach((begin, count) -> deaths.put(Instant.ofEpochMilli(begin), count));
            return new Trend(Duration.ofMillis(stepMillis), deaths);
        }
    }
}
