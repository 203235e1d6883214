package io.millrace.runtime.lambdaapi;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The body of Put- and UpdateFunctionEventInvokeConfig, within Lambda's ranges.
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
    private static final Pattern DESTINATION = Pattern.compile(
            "$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|"
                    + "(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)");

    /** @throws LambdaApiException for what is malformed or out of range */
    static EventInvokeMembers read(byte[] body) {
        Members members = new Members(Json.requireObject(body));
        Optional<Integer> retries = members.integer("MaximumRetryAttempts");
        Optional<Integer> age = members.integer("MaximumEventAgeInSeconds");
        Optional<Members> destinations = members.object("DestinationConfig");
        Optional<String> onSuccess = destination(destinations, "OnSuccess");
        Optional<String> onFailure = destination(destinations, "OnFailure");
        Constraints constraints = new Constraints();
        retries.ifPresent(value -> constraints.between("maximumRetryAttempts", value, 0, 2));
        age.ifPresent(value -> constraints.between("maximumEventAgeInSeconds", value, 60, 21_600));
        onSuccess.ifPresent(arn -> check(constraints, "destinationConfig.onSuccess.destination", arn));
        onFailure.ifPresent(arn -> check(constraints, "destinationConfig.onFailure.destination", arn));
        constraints.check();
        return new EventInvokeMembers(
                retries, age.map(Duration::ofSeconds), destinations.isPresent(), onSuccess, onFailure);
    }

    boolean isEmpty() {
        return maximumRetryAttempts.isEmpty() && maximumEventAge.isEmpty() && !hasDestinations;
    }

    private static Optional<String> destination(Optional<Members> destinations, String member) {
        return destinations.flatMap(members -> members.object(member)).flatMap(members -> members.text("Destination"));
    }

    private static void check(Constraints constraints, String field, String arn) {
        constraints.length(field, arn, 0, 350).pattern(field, arn, DESTINATION);
    }
}
