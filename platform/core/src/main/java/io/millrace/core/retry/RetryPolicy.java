package io.millrace.core.retry;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.retry.RetryDecision.GiveUp;
import io.millrace.core.retry.RetryDecision.RetryLater;
import java.time.Duration;
import java.time.Instant;

/**
 * Decides what becomes of a failed event. The waiting itself is the broker's: this only says whether the broker's next
 * delivery would still come in time (lambda-semantics 2.1).
 */
public record RetryPolicy(AsyncInvokeConfig config) {
    private static final RetryDecision RETRY_LATER = new RetryLater();

    /**
     * @param attempt the one that just failed, from 1
     * @param giveUpAt when the event is older than its maximum age
     */
    public RetryDecision decide(int attempt, Instant giveUpAt, Instant now) {
        if (attempt >= config.maximumAttempts()) {
            return new GiveUp(GiveUpCondition.RETRIES_EXHAUSTED);
        }
        // Looks ahead: a retry that would start too late is given up now, without waiting for it.
        if (now.plus(delayAfter(attempt)).isAfter(giveUpAt)) {
            return new GiveUp(GiveUpCondition.EVENT_AGE_EXCEEDED);
        }
        return RETRY_LATER;
    }

    /** The broker's wait after this attempt, by the same formula it uses: delay times multiplier per further attempt. */
    public Duration delayAfter(int attempt) {
        double millis =
                (double) config.retryDelay().toMillis() * Math.pow(config.retryDelayMultiplier(), attempt - 1.0);
        double longest = (double) config.maximumRetryDelay().toMillis();
        return Duration.ofMillis((long) Math.min(millis, longest));
    }
}
