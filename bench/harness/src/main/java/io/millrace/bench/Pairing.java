package io.millrace.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Two lanes in turn, A B B A A B B A, the idle one stopped; one ratio per adjacent pair.
 *
 * <p>The order alternates because the lane that runs first after a pause runs faster.
 *
 * @param settlingIn how long each lane runs before anything counts, for its JVM to compile
 * @param pairs how many ratios
 * @param warmUp thrown away at the head of each window
 * @param measured the rest of it
 */
record Pairing(Duration settlingIn, int pairs, Duration warmUp, Duration measured) {

    /** Measures; the figure picks what is compared of a window, and a ratio is the first lane's by the second's. */
    Comparison compare(String name, Lane first, Lane second, ToDoubleFunction<Window> figure) {
        first.measure(settlingIn, Duration.ZERO);
        second.measure(settlingIn, Duration.ZERO);
        List<Window> firsts = new ArrayList<>();
        List<Window> seconds = new ArrayList<>();
        for (int pair = 0; pair < pairs; pair++) {
            boolean inOrder = pair % 2 == 0;
            Window ahead = (inOrder ? first : second).measure(warmUp, measured);
            Window behind = (inOrder ? second : first).measure(warmUp, measured);
            firsts.add(inOrder ? ahead : behind);
            seconds.add(inOrder ? behind : ahead);
        }
        return new Comparison(name, firsts, seconds, figure);
    }
}
