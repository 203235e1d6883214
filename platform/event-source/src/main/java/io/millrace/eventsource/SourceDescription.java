package io.millrace.eventsource;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a mapping reads: the members of CreateEventSourceMapping that cannot be changed later (lambda-semantics 3.1,
 * 3.2).
 *
 * @param arn empty for a source that the caller runs himself
 * @param bootstrapServers {@code host:port} each, of a source that the caller runs himself
 * @param topics one for Kafka, none for others
 * @param queues one for an ActiveMQ or RabbitMQ broker, none for others
 * @param startingPosition where to start the first time; empty for queues
 * @param consumerGroup under which positions are kept at the source; for Kafka the mapping's UUID, if none is given
 */
public record SourceDescription(
        Optional<String> arn,
        List<String> bootstrapServers,
        List<String> topics,
        List<String> queues,
        Optional<StartingPosition> startingPosition,
        Optional<Instant> startingTimestamp,
        List<AccessConfiguration> accessConfigurations,
        Optional<String> consumerGroup) {

    private static final int SERVICE = 2;
    private static final int PARTS = 6;

    public SourceDescription {
        bootstrapServers = List.copyOf(bootstrapServers);
        topics = List.copyOf(topics);
        queues = List.copyOf(queues);
        accessConfigurations = List.copyOf(accessConfigurations);
    }

    /** Of a source that is named by its ARN alone. */
    public static SourceDescription ofArn(String arn) {
        return new SourceDescription(
                Optional.of(arn),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    /** For instance {@code kinesis}; empty without an ARN. */
    public Optional<String> service() {
        return arn.map(text -> text.split(":", PARTS))
                .filter(parts -> parts.length == PARTS)
                .map(parts -> parts[SERVICE]);
    }

    /** How messages name it: the ARN, or servers and topic. */
    public String label() {
        return arn.orElseGet(() -> String.join(",", bootstrapServers) + "/" + String.join(",", topics));
    }

    /** Where a stream is read from at first. */
    public enum StartingPosition {
        TRIM_HORIZON,
        LATEST,
        /** From the first record that came at or after the starting timestamp. */
        AT_TIMESTAMP
    }

    /**
     * @param type for instance {@code BASIC_AUTH}
     * @param uri what the type asks for, for instance where credentials are
     */
    public record AccessConfiguration(String type, String uri) {}
}
