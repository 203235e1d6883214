package io.millrace.runtime.mapping;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a caller can change of a mapping of a partitioned source (lambda-semantics 3.2, 3.7).
 *
 * @param parallelization batches of one partition at the same time at most, 1 to 10
 * @param bisects whether a batch that failed is split before it is tried again
 * @param maximumAge of records that are still handed to the function, 60 s to 7 days; empty for as long as they exist
 * @param maximumRetries after the first attempt, 0 to 10,000; empty for as long as the records exist
 * @param tumblingWindow 0 for none, up to 15 min, whole seconds
 * @param onFailure ARN of where a record about a batch that was given up goes
 */
public record StreamSettings(
        int parallelization,
        boolean bisects,
        Optional<Duration> maximumAge,
        OptionalInt maximumRetries,
        Duration tumblingWindow,
        Optional<String> onFailure) {

    /** What Lambda does where a caller says nothing. */
    public static final StreamSettings DEFAULTS =
            new StreamSettings(1, false, Optional.empty(), OptionalInt.empty(), Duration.ZERO, Optional.empty());
}
