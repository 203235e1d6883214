package io.millrace.core.function;

import io.millrace.core.Require;
import java.time.Duration;
import java.util.Optional;

/**
 * How asynchronous invocations are retried and where the records of their outcomes go (lambda-semantics 2.1, 2.3).
 * Lambda allows 0 to 2 retries with fixed delays and ages of 60 s to 6 h; the wider ranges here are an extension.
 *
 * @param maximumRetryAttempts retries after the first attempt, 0 to 10,000; Lambda's default is 2
 * @param retryDelay wait before the first retry, 0 to 7 days; Lambda waits 1 minute
 * @param retryDelayMultiplier each further wait is this many times the one before, 1 to 10; Lambda waits 2 minutes after
 *     the second attempt, so 2
 * @param maximumRetryDelay no wait is longer, 0 to 7 days
 * @param maximumEventAge from acceptance until the event is given up, 1 ms to 7 days; Lambda's default is 6 h
 * @param onSuccess where the record of a success goes: an ARN of a queue, topic or function
 * @param onFailure where the record of a failure goes
 */
public record AsyncInvokeConfig(
        int maximumRetryAttempts,
        Duration retryDelay,
        double retryDelayMultiplier,
        Duration maximumRetryDelay,
        Duration maximumEventAge,
        Optional<String> onSuccess,
        Optional<String> onFailure) {
    private static final Duration WEEK = Duration.ofDays(7);

    /** Lambda's own: 2 retries after 1 and 2 minutes, 6 hours. */
    public static final AsyncInvokeConfig LAMBDA_DEFAULT = new AsyncInvokeConfig(
            2,
            Duration.ofMinutes(1),
            2.0,
            Duration.ofHours(1),
            Duration.ofHours(6),
            Optional.empty(),
            Optional.empty());

    public AsyncInvokeConfig {
        Require.between("maximumRetryAttempts", maximumRetryAttempts, 0, 10_000);
        Require.between("retryDelay", retryDelay, Duration.ZERO, WEEK);
        Require.between("maximumRetryDelay", maximumRetryDelay, Duration.ZERO, WEEK);
        Require.between("maximumEventAge", maximumEventAge, Duration.ofMillis(1), WEEK);
        if (!(retryDelayMultiplier >= 1.0 && retryDelayMultiplier <= 10.0)) {
            throw new IllegalArgumentException(
                    "retryDelayMultiplier is " + retryDelayMultiplier + ", expected 1 to 10");
        }
    }

    /** Attempts in all, the first included. */
    public int maximumAttempts() {
        return maximumRetryAttempts + 1;
    }

    public AsyncInvokeConfig withMaximumRetryAttempts(int attempts) {
        return new AsyncInvokeConfig(
                attempts, retryDelay, retryDelayMultiplier, maximumRetryDelay, maximumEventAge, onSuccess, onFailure);
    }

    public AsyncInvokeConfig withRetryDelay(Duration delay) {
        return new AsyncInvokeConfig(
                maximumRetryAttempts,
                delay,
                retryDelayMultiplier,
                maximumRetryDelay.compareTo(delay) < 0 ? delay : maximumRetryDelay,
                maximumEventAge,
                onSuccess,
                onFailure);
    }

    public AsyncInvokeConfig withRetryDelayMultiplier(double multiplier) {
        return new AsyncInvokeConfig(
                maximumRetryAttempts, retryDelay, multiplier, maximumRetryDelay, maximumEventAge, onSuccess, onFailure);
    }

    public AsyncInvokeConfig withMaximumRetryDelay(Duration delay) {
        return new AsyncInvokeConfig(
                maximumRetryAttempts, retryDelay, retryDelayMultiplier, delay, maximumEventAge, onSuccess, onFailure);
    }

    public AsyncInvokeConfig withMaximumEventAge(Duration age) {
        return new AsyncInvokeConfig(
                maximumRetryAttempts, retryDelay, retryDelayMultiplier, maximumRetryDelay, age, onSuccess, onFailure);
    }

    public AsyncInvokeConfig withOnSuccess(Optional<String> arn) {
        return new AsyncInvokeConfig(
                maximumRetryAttempts,
                retryDelay,
                retryDelayMultiplier,
                maximumRetryDelay,
                maximumEventAge,
                arn,
                onFailure);
    }

    public AsyncInvokeConfig withOnFailure(Optional<String> arn) {
        return new AsyncInvokeConfig(
                maximumRetryAttempts,
                retryDelay,
                retryDelayMultiplier,
                maximumRetryDelay,
                maximumEventAge,
                onSuccess,
                arn);
    }
}
