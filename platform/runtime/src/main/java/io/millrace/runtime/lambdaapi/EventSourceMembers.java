package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.mapping.EventFilter;
import io.millrace.runtime.mapping.MappingSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What a caller says about a mapping of a queue, on its creation and later. */
record EventSourceMembers(Members members) {
    private static final int DEFAULT_BATCH_SIZE = 10;
    /** A larger batch is not filled by one look into the queue. */
    private static final int LARGEST_WITHOUT_WINDOW = 10;

    private static final int MOST_FILTERS = 10;

    /** Members without an effect here, with the values, as compact JSON, that ask for what is so anyway. */
    private static final Map<String, Set<String>> WITHOUT_EFFECT = Map.ofEntries(
            Map.entry("AmazonManagedKafkaEventSourceConfig", Set.of()),
            Map.entry("BisectBatchOnFunctionError", Set.of("false")),
            Map.entry("DocumentDBEventSourceConfig", Set.of()),
            Map.entry("KMSKeyArn", Set.of("\"\"")),
            Map.entry("LoggingConfig", Set.of()),
            Map.entry("MaximumRecordAgeInSeconds", Set.of("-1")),
            Map.entry("MaximumRetryAttempts", Set.of("-1")),
            Map.entry("MetricsConfig", Set.of("{\"Metrics\":[]}")),
            Map.entry("ParallelizationFactor", Set.of("1")),
            Map.entry("ProvisionedPollerConfig", Set.of()),
            Map.entry("Queues", Set.of()),
            Map.entry("SelfManagedKafkaEventSourceConfig", Set.of()),
            Map.entry("SourceAccessConfigurations", Set.of()),
            Map.entry("StartingPosition", Set.of()),
            Map.entry("StartingPositionTimestamp", Set.of()),
            Map.entry("Tags", Set.of()),
            Map.entry("Topics", Set.of()),
            Map.entry("TumblingWindowInSeconds", Set.of("0")));

    Optional<String> functionName() {
        return members.text("FunctionName");
    }

    Optional<Boolean> enabled() {
        return members.truth("Enabled");
    }

    /** @throws InvalidParameterValueException for what AWS refuses of a queue */
    void check() {
        Optional<Members> destinations = members.object("DestinationConfig");
        if (destinations.filter(EventSourceMembers::namesOne).isPresent()) {
            throw new InvalidParameterValueException(
                    "Unsupported DestinationConfig parameter for given event source mapping type.");
        }
        for (String pattern : patterns().orElse(List.of())) {
            if (!EventFilter.isValid(pattern)) {
                throw new InvalidParameterValueException("Invalid filter pattern definition.");
            }
        }
    }

    private static boolean namesOne(Members destinations) {
        return destinations.has("OnSuccess")
                || destinations
                        .object("OnFailure")
                        .flatMap(destination -> destination.text("Destination"))
                        .filter(destination -> !destination.isEmpty())
                        .isPresent();
    }

    /** @throws InvalidParameterValueException naming the first member that would have no effect here */
    void refuseWithoutEffect() {
        members.object().properties().stream()
                .filter(member -> WITHOUT_EFFECT.containsKey(member.getKey()))
                .filter(member -> !isHarmless(member.getKey(), member.getValue()))
                .findFirst()
                .ifPresent(member -> {
                    throw new InvalidParameterValueException(
                            "The member " + member.getKey() + " is not supported by Millrace for queues.");
                });
        if (patterns().orElse(List.of()).size() > MOST_FILTERS) {
            throw new InvalidParameterValueException(
                    "FilterCriteria has more than " + MOST_FILTERS + " filters, which is the most for a mapping.");
        }
    }

    private static boolean isHarmless(String member, JsonNode value) {
        return value.isNull()
                || (value.isContainerNode() && value.isEmpty())
                || WITHOUT_EFFECT.getOrDefault(member, Set.of()).contains(value.toString());
    }

    /** Settings of a new mapping. */
    MappingSettings settings(FunctionArn function) {
        return over(new MappingSettings(
                function, DEFAULT_BATCH_SIZE, Duration.ZERO, OptionalInt.empty(), false, List.of()));
    }

    /**
     * @return {@code before} with what is said here
     * @throws InvalidParameterValueException if both together cannot be
     */
    MappingSettings over(MappingSettings before) {
        MappingSettings after = new MappingSettings(
                before.function(),
                members.integer("BatchSize").orElse(before.batchSize()),
                members.integer("MaximumBatchingWindowInSeconds")
                        .map(Duration::ofSeconds)
                        .orElse(before.window()),
                members.object("ScalingConfig")
                        .map(EventSourceMembers::maximumConcurrency)
                        .orElse(before.maximumConcurrency()),
                members.list("FunctionResponseTypes")
                        .map(types -> !types.isEmpty())
                        .orElse(before.reportsItemFailures()),
                patterns().orElse(before.filters()));
        if (after.batchSize() > LARGEST_WITHOUT_WINDOW && after.window().isZero()) {
            throw new InvalidParameterValueException("Maximum batch window in seconds must be greater than 0 if"
                    + " maximum batch size is greater than " + LARGEST_WITHOUT_WINDOW);
        }
        return after;
    }

    private static OptionalInt maximumConcurrency(Members scaling) {
        return scaling.integer("MaximumConcurrency").map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /** Empty where nothing is said about filters; an empty list takes them away. */
    private Optional<List<String>> patterns() {
        return members.object("FilterCriteria").map(criteria -> criteria.objects("Filters").orElse(List.of()).stream()
                .map(filter -> filter.text("Pattern").orElse(""))
                .toList());
    }
}
