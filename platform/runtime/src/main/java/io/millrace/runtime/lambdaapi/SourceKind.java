package io.millrace.runtime.lambdaapi;

import static io.millrace.runtime.lambdaapi.SourceTrait.CREDENTIALS;
import static io.millrace.runtime.lambdaapi.SourceTrait.ITEM_FAILURES;
import static io.millrace.runtime.lambdaapi.SourceTrait.MANAGED_GROUP;
import static io.millrace.runtime.lambdaapi.SourceTrait.OWN_GROUP;
import static io.millrace.runtime.lambdaapi.SourceTrait.PARALLEL;
import static io.millrace.runtime.lambdaapi.SourceTrait.POSITION;
import static io.millrace.runtime.lambdaapi.SourceTrait.QUEUES;
import static io.millrace.runtime.lambdaapi.SourceTrait.RETRIES;
import static io.millrace.runtime.lambdaapi.SourceTrait.SCALING;
import static io.millrace.runtime.lambdaapi.SourceTrait.TOPICS;
import static io.millrace.runtime.lambdaapi.SourceTrait.TUMBLING;
import static io.millrace.runtime.lambdaapi.SourceTrait.WINDOW;

import io.millrace.eventsource.SourceDescription;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Kinds of event sources as clients of Lambda tell them apart (lambda-semantics 3.2, 3.3). */
enum SourceKind {
    QUEUE("queues", "sqs", 10, 10_000, WINDOW, ITEM_FAILURES, SCALING),
    FIFO_QUEUE("FIFO queues", "sqs", 10, 10, ITEM_FAILURES, SCALING),
    KINESIS("Kinesis", "kinesis", 100, 10_000, POSITION, WINDOW, ITEM_FAILURES, PARALLEL, RETRIES, TUMBLING),
    DYNAMODB("DynamoDB", "dynamodb", 100, 10_000, POSITION, WINDOW, ITEM_FAILURES, PARALLEL, RETRIES, TUMBLING),
    MANAGED_KAFKA(
            "Kafka",
            "kafka",
            100,
            10_000,
            POSITION,
            WINDOW,
            ITEM_FAILURES,
            RETRIES,
            TOPICS,
            CREDENTIALS,
            MANAGED_GROUP),
    SELF_MANAGED_KAFKA(
            "self-managed Kafka",
            "",
            100,
            10_000,
            POSITION,
            WINDOW,
            ITEM_FAILURES,
            RETRIES,
            TOPICS,
            CREDENTIALS,
            OWN_GROUP),
    MQ("MQ", "mq", 100, 10_000, WINDOW, QUEUES, CREDENTIALS),
    /** In partitions, and of a service that AWS does not have, or does not call a source. */
    CHANGE_FEED(
            "change feeds", "", 100, 10_000, POSITION, WINDOW, ITEM_FAILURES, PARALLEL, RETRIES, TUMBLING, CREDENTIALS);

    private static final List<SourceKind> BY_SERVICE = List.of(KINESIS, DYNAMODB, MANAGED_KAFKA, MQ);
    private static final String ORDERED = ".fifo";

    private final String label;
    private final String service;
    private final int defaultBatchSize;
    private final int largestBatchSize;

    @SuppressWarnings("ImmutableEnumChecker") // Never changed.
    private final Set<SourceTrait> traits;

    SourceKind(
            String label,
            String service,
            int defaultBatchSize,
            int largestBatchSize,
            SourceTrait first,
            SourceTrait... more) {
        this.label = label;
        this.service = service;
        this.defaultBatchSize = defaultBatchSize;
        this.largestBatchSize = largestBatchSize;
        this.traits = EnumSet.of(first, more);
    }

    static SourceKind of(SourceDescription source) {
        return source.arn().map(SourceKind::ofArn).orElse(SELF_MANAGED_KAFKA);
    }

    static SourceKind ofArn(String arn) {
        String service = SourceDescription.ofArn(arn).service().orElse("");
        if (service.equals(QUEUE.service)) {
            return arn.endsWith(ORDERED) ? FIFO_QUEUE : QUEUE;
        }
        return BY_SERVICE.stream()
                .filter(kind -> kind.service.equals(service))
                .findFirst()
                .orElse(CHANGE_FEED);
    }

    /** As refusals call it. */
    String label() {
        return label;
    }

    int defaultBatchSize() {
        return defaultBatchSize;
    }

    int largestBatchSize() {
        return largestBatchSize;
    }

    boolean has(SourceTrait trait) {
        return traits.contains(trait);
    }

    boolean isQueue() {
        return this == QUEUE || this == FIFO_QUEUE;
    }

    boolean isKafka() {
        return this == MANAGED_KAFKA || this == SELF_MANAGED_KAFKA;
    }

    /** How AWS calls a caller's change of such a mapping. */
    String transitionReason() {
        return this == KINESIS || this == DYNAMODB ? "User action" : "USER_INITIATED";
    }

    /** Whether AWS shows the list of what the function's answer tells also where it is empty. */
    boolean showsItemFailures() {
        return has(ITEM_FAILURES) && this != SELF_MANAGED_KAFKA;
    }

    /** The member that holds the consumer group of Kafka. */
    String groupMember() {
        return this == MANAGED_KAFKA ? "AmazonManagedKafkaEventSourceConfig" : "SelfManagedKafkaEventSourceConfig";
    }

    /** Whether AWS does not let a caller leave the starting position to the service. */
    boolean asksForPosition() {
        return this == KINESIS || this == DYNAMODB;
    }

    /** Whether AWS does not let a caller leave out how to get in; an empty list says that there is nothing to it. */
    boolean asksForCredentials() {
        return this == SELF_MANAGED_KAFKA || this == MQ;
    }
}
