package io.millrace.runtime.registry;

import io.millrace.core.function.AsyncInvokeConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a person set about the asynchronous invocations of a function, a version or an alias (lambda-semantics 2.3); what
 * is empty follows the settings of the platform.
 *
 * @param qualifier {@code $LATEST}, the number of a version, or an alias, whose config is not its version's
 * @param maximumRetryAttempts retries after the first attempt
 * @param maximumEventAge from acceptance until the event is given up
 * @param onSuccess ARN that gets the record of a success
 * @param onFailure ARN that gets the record of a failure
 * @param lastModified when it was put or changed
 */
public record EventInvokeConfig(
        String qualifier,
        Optional<Integer> maximumRetryAttempts,
        Optional<Duration> maximumEventAge,
        Optional<String> onSuccess,
        Optional<String> onFailure,
        Instant lastModified) {

    /** The platform's defaults with what was set laid over them. */
    public AsyncInvokeConfig over(AsyncInvokeConfig defaults) {
        return defaults.withMaximumRetryAttempts(maximumRetryAttempts.orElse(defaults.maximumRetryAttempts()))
                .withMaximumEventAge(maximumEventAge.orElse(defaults.maximumEventAge()))
                .withOnSuccess(onSuccess.or(defaults::onSuccess))
                .withOnFailure(onFailure.or(defaults::onFailure));
    }
}
