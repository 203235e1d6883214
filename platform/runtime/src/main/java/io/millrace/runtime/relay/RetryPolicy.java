package io.millrace.runtime.relay;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long a relay goes on with a message that its target does not take. Between two tries the broker keeps it 1, 2, 4
 * ... seconds, at most 10 minutes.
 *
 * @param maximumRetries after the first try
 * @param maximumRetriesOfMissing the same while the target does not exist
 * @param maximumAge since the message came
 */
public record RetryPolicy(int maximumRetries, int maximumRetriesOfMissing, Duration maximumAge) {
    static final String RETRIES = "MaximumRetryAttempts";
    static final String AGE = "MaximumEventAgeInSeconds";

    /** The limit that is reached, by the name callers know it by; empty while there is none. */
    Optional<String> exhausted(DeliveryFailure failure, int attempt, Instant received, Instant now) {
        int retries = failure.isMissing() ? maximumRetriesOfMissing : maximumRetries;
        if (attempt > retries) {
            return Optional.of(RETRIES);
        }
        return received.plus(maximumAge).isAfter(now) ? Optional.empty() : Optional.of(AGE);
    }
}
