package io.millrace.runtime.schedule;

import java.time.Duration;

/**
 * How patient the tokens are.
 *
 * @param grace what is later than this happens once, and what else was missed is left out
 * @param look how often it is looked whether all tokens are there
 * @param patience what is later than this is looked for
 */
public record Timing(Duration grace, Duration look, Duration patience) {
    public static final Timing USUAL =
            new Timing(Duration.ofMinutes(1), Duration.ofSeconds(10), Duration.ofSeconds(30));
}
