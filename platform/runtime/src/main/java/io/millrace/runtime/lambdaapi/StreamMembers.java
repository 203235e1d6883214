package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.mapping.StreamSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** What a caller says about a mapping of a source in partitions (lambda-semantics 3.2); -1 is no limit. */
record StreamMembers(Members members) {
    private static final int NO_LIMIT = -1;
    private static final int SHORTEST_AGE = 60;

    /** @throws InvalidParameterValueException for what AWS's description of the API lets pass, and AWS does not */
    void check() {
        members.integer("MaximumRecordAgeInSeconds")
                .filter(seconds -> seconds != NO_LIMIT && seconds < SHORTEST_AGE)
                .ifPresent(seconds -> {
                    throw new InvalidParameterValueException("MaximumRecordAgeInSeconds is " + seconds
                            + ", expected -1 or between " + SHORTEST_AGE + " and 604800.");
                });
    }

    /** @return {@code before} with what is said here */
    StreamSettings over(StreamSettings before) {
        return new StreamSettings(
                members.integer("ParallelizationFactor").orElse(before.parallelization()),
                members.truth("BisectBatchOnFunctionError").orElse(before.bisects()),
                members.integer("MaximumRecordAgeInSeconds")
                        .map(StreamMembers::age)
                        .orElse(before.maximumAge()),
                members.integer("MaximumRetryAttempts")
                        .map(most -> most == NO_LIMIT ? OptionalInt.empty() : OptionalInt.of(most))
                        .orElse(before.maximumRetries()),
                members.integer("TumblingWindowInSeconds")
                        .map(Duration::ofSeconds)
                        .orElse(before.tumblingWindow()),
                members.object("DestinationConfig")
                        .flatMap(config -> config.object("OnFailure"))
                        .map(StreamMembers::destination)
                        .orElse(before.onFailure()));
    }

    private static Optional<Duration> age(int seconds) {
        return seconds == NO_LIMIT ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    }

    /** Empty where nothing is named. */
    static Optional<String> destination(Members ofOneOutcome) {
        return ofOneOutcome.text("Destination").filter(destination -> !destination.isEmpty());
    }
}
