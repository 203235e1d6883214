package io.millrace.runtime.lambdaapi;

import java.time.Duration;
import java.util.Optional;

/**
 * The body of Put- and UpdateFunctionEventInvokeConfig.
 *
 * @param hasDestinations whether DestinationConfig was given, even an empty one
 * @param onSuccess an ARN, or an empty text that clears it
 */
record EventInvokeMembers(
        Optional<Integer> maximumRetryAttempts,
        Optional<Duration> maximumEventAge,
        boolean hasDestinations,
        Optional<String> onSuccess,
        Optional<String> onFailure) {

    static EventInvokeMembers read(Members members) {
        Optional<Integer> retries = members.integer("MaximumRetryAttempts");
        Optional<Integer> age = members.integer("MaximumEventAgeInSeconds");
        Optional<Members> destinations = members.object("DestinationConfig");
        Optional<String> onSuccess = destination(destinations, "OnSuccess");
        Optional<String> onFailure = destination(destinations, "OnFailure");
        return new EventInvokeMembers(
                retries, age.map(Duration::ofSeconds), destinations.isPresent(), onSuccess, onFailure);
    }

    boolean isEmpty() {
        return maximumRetryAttempts.isEmpty() && maximumEventAge.isEmpty() && !hasDestinations;
    }

    private static Optional<String> destination(Optional<Members> destinations, String member) {
        return destinations.flatMap(members -> members.object(member)).flatMap(members -> members.text("Destination"));
    }
}
