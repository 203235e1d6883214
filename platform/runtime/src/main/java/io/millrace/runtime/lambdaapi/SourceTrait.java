package io.millrace.runtime.lambdaapi;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** What can be said of some kinds of event sources and not of others (lambda-semantics 3.2). */
enum SourceTrait {
    WINDOW("MaximumBatchingWindowInSeconds"),
    ITEM_FAILURES("FunctionResponseTypes"),
    SCALING("ScalingConfig"),
    POSITION("StartingPosition", "StartingPositionTimestamp"),
    PARALLEL("ParallelizationFactor"),
    RETRIES("BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts"),
    TUMBLING("TumblingWindowInSeconds"),
    TOPICS("Topics"),
    QUEUES("Queues"),
    CREDENTIALS("SourceAccessConfigurations"),
    MANAGED_GROUP("AmazonManagedKafkaEventSourceConfig"),
    OWN_GROUP("SelfManagedKafkaEventSourceConfig");

    @SuppressWarnings("ImmutableEnumChecker") // Never changed.
    private final Set<String> members;

    SourceTrait(String... members) {
        this.members = Set.of(members);
    }

    /** Empty for a member that is of all kinds, or of none. */
    static Optional<SourceTrait> of(String member) {
        return Arrays.stream(values())
                .filter(trait -> trait.members.contains(member))
                .findFirst();
    }
}
