package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.mapping.EventFilter;
import io.millrace.runtime.mapping.MappingSettings;
import io.millrace.runtime.mapping.StreamSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What a caller says about a mapping, on its creation and later. */
record EventSourceMembers(Members members, SourceKind kind) {
    /** A larger batch is not filled by one look into a queue. */
    private static final int LARGEST_WITHOUT_WINDOW = 10;

    private static final int MOST_FILTERS = 10;

    /** Of no kind of source here. */
    private static final Set<String> NOT_OFFERED = Set.of(
            "DocumentDBEventSourceConfig", "KMSKeyArn", "LoggingConfig", "MetricsConfig", "ProvisionedPollerConfig");

    /** Values, as compact JSON, that ask for what is so anyway. */
    private static final Map<String, String> WITHOUT_EFFECT = Map.of(
            "BisectBatchOnFunctionError", "false",
            "KMSKeyArn", "\"\"",
            "MaximumBatchingWindowInSeconds", "0",
            "MaximumRecordAgeInSeconds", "-1",
            "MaximumRetryAttempts", "-1",
            "MetricsConfig", "{\"Metrics\":[]}",
            "ParallelizationFactor", "1",
            "TumblingWindowInSeconds", "0");

    Optional<String> functionName() {
        return members.text("FunctionName");
    }

    /** @throws InvalidParameterValueException if they are more than a mapping may have */
    Map<String, String> tags() {
        Map<String, String> tags = members.object("Tags").map(Members::texts).orElseGet(Map::of);
        FunctionTags.requireFew(tags);
        return tags;
    }

    Optional<Boolean> enabled() {
        return members.truth("Enabled");
    }

    /** @throws InvalidParameterValueException for what AWS refuses of such a source */
    void check() {
        checkDestinations();
        new StreamMembers(members).check();
        for (String pattern : patterns().orElse(List.of())) {
            if (!EventFilter.isValid(pattern)) {
                throw new InvalidParameterValueException("Invalid filter pattern definition.");
            }
        }
    }

    private void checkDestinations() {
        Optional<Members> destinations = members.object("DestinationConfig");
        Optional<String> onFailure =
                destinations.flatMap(config -> config.object("OnFailure")).flatMap(StreamMembers::destination);
        boolean isNone = !kind.has(SourceTrait.RETRIES);
        if (destinations.filter(config -> config.has("OnSuccess")).isPresent() || (isNone && onFailure.isPresent())) {
            throw new InvalidParameterValueException(
                    "Unsupported DestinationConfig parameter for given event source mapping type.");
        }
        onFailure.ifPresent(DestinationArns::checkOfSource);
    }

    /** @throws InvalidParameterValueException naming the first member that would have no effect on such a source */
    void refuseWithoutEffect() {
        members.object().properties().stream()
                .filter(member -> isNotOffered(member.getKey()))
                .filter(member -> !isHarmless(member.getKey(), member.getValue()))
                .findFirst()
                .ifPresent(member -> {
                    throw withoutEffect(member.getKey());
                });
        if (isSchemaRegistryNamed("AmazonManagedKafkaEventSourceConfig")
                || isSchemaRegistryNamed("SelfManagedKafkaEventSourceConfig")) {
            throw withoutEffect("SchemaRegistryConfig");
        }
        if (patterns().orElse(List.of()).size() > MOST_FILTERS) {
            throw new InvalidParameterValueException(
                    "FilterCriteria has more than " + MOST_FILTERS + " filters, which is the most for a mapping.");
        }
    }

    private boolean isNotOffered(String member) {
        return NOT_OFFERED.contains(member)
                || SourceTrait.of(member).filter(trait -> !kind.has(trait)).isPresent();
    }

    private static boolean isHarmless(String member, JsonNode value) {
        return value.isNull()
                || (value.isContainerNode() && value.isEmpty())
                || value.toString().equals(WITHOUT_EFFECT.get(member));
    }

    private boolean isSchemaRegistryNamed(String config) {
        return members.object(config)
                .filter(named -> named.has("SchemaRegistryConfig"))
                .isPresent();
    }

    private InvalidParameterValueException withoutEffect(String member) {
        if (kind == SourceKind.FIFO_QUEUE && SourceTrait.of(member).equals(Optional.of(SourceTrait.WINDOW))) {
            return new InvalidParameterValueException("Batching window is not supported for FIFO queues");
        }
        return new InvalidParameterValueException(
                "The member " + member + " is not supported by Millrace for " + kind.label() + ".");
    }

    /** @throws InvalidParameterValueException for what a mapping keeps as it was created */
    void refuseChangesOf(SourceDescription source, String uuid) {
        if (members.has("SourceAccessConfigurations")
                && !EventSource.credentials(members).equals(source.accessConfigurations())) {
            throw unchangeable("SourceAccessConfigurations");
        }
        for (String config : List.of("AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig")) {
            members.object(config)
                    .flatMap(group -> group.text("ConsumerGroupId"))
                    .filter(group -> !group.equals(source.consumerGroup().orElse(uuid)))
                    .ifPresent(other -> {
                        throw unchangeable(config);
                    });
        }
    }

    private static InvalidParameterValueException unchangeable(String member) {
        return new InvalidParameterValueException(
                "The member " + member + " of an event source mapping cannot be changed.");
    }

    /** Settings of a new mapping. */
    MappingSettings settings(FunctionArn function) {
        return over(new MappingSettings(
                function,
                kind.defaultBatchSize(),
                Duration.ZERO,
                OptionalInt.empty(),
                false,
                List.of(),
                StreamSettings.DEFAULTS));
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
                patterns().orElse(before.filters()),
                new StreamMembers(members).over(before.stream()));
        if (after.batchSize() > kind.largestBatchSize()) {
            throw new InvalidParameterValueException("BatchSize is " + after.batchSize() + ", expected at most "
                    + kind.largestBatchSize() + " for " + kind.label() + ".");
        }
        if (kind == SourceKind.QUEUE
                && after.batchSize() > LARGEST_WITHOUT_WINDOW
                && after.window().isZero()) {
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
