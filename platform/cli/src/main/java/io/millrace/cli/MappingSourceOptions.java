package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a mapping reads, and from where on; it cannot be changed later. */
final class MappingSourceOptions {
    private static final String KAFKA = "arn:aws:kafka:";

    @Option(
            names = {"--source", "--queue"},
            paramLabel = "SOURCE",
            description = "The ARN of a queue or stream, or the name of a queue.")
    private @Nullable String source;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            split = ",",
            description = "Servers of Kafka, instead of a source with an ARN.")
    private @Nullable List<String> servers;

    @Option(names = "--topic", paramLabel = "TOPIC", description = "The topic of Kafka.")
    private @Nullable String topic;

    @Option(
            names = "--broker-queue",
            paramLabel = "NAME",
            description =
                    "The queue of a source that is a broker (arn:aws:mq:...): messages come as those of ActiveMQ.")
    private @Nullable String brokerQueue;

    @Option(
            names = "--consumer-group",
            paramLabel = "ID",
            description = "Where Kafka keeps the positions; the mapping's UUID, if none is given.")
    private @Nullable String consumerGroup;

    @Option(
            names = "--access",
            paramLabel = "TYPE=URI",
            description =
                    "Where the credentials for Kafka are, for instance" + " SASL_SCRAM_512_AUTH=URI; may be repeated.")
    private @Nullable Map<String, String> access;

    @Option(
            names = "--starting-position",
            paramLabel = "POSITION",
            description = "Where a stream is read from at first: TRIM_HORIZON, LATEST or AT_TIMESTAMP.")
    private @Nullable String startingPosition;

    @Option(
            names = "--starting-timestamp",
            paramLabel = "TIME",
            description = "Of the first record of a stream with AT_TIMESTAMP, such as 2026-11-20T12:00:00Z.")
    private @Nullable Instant startingTimestamp;

    /** Whether there is one source, and not two. */
    boolean isClear() {
        return source == null ? servers != null : servers == null;
    }

    /** @param arn makes one of a queue's name */
    void put(ObjectNode request, UnaryOperator<String> arn) {
        if (source != null) {
            request.put("EventSourceArn", source.startsWith("arn:") ? source : arn.apply(source));
        }
        if (servers != null) {
            ArrayNode endpoints = request.putObject("SelfManagedEventSource")
                    .putObject("Endpoints")
                    .putArray("KAFKA_BOOTSTRAP_SERVERS");
            servers.forEach(endpoints::add);
        }
        if (servers != null || access != null || brokerQueue != null) { // An empty list says that none are needed.
            ArrayNode list = request.putArray("SourceAccessConfigurations");
            Map<String, String> given = access == null ? Map.of() : access;
            given.forEach((type, uri) -> list.addObject().put("Type", type).put("URI", uri));
        }
        if (topic != null) {
            request.putArray("Topics").add(topic);
        }
        if (brokerQueue != null) {
            request.putArray("Queues").add(brokerQueue);
        }
        if (consumerGroup != null) {
            boolean isManaged = source != null && source.startsWith(KAFKA);
            request.putObject(isManaged ? "AmazonManagedKafkaEventSourceConfig" : "SelfManagedKafkaEventSourceConfig")
                    .put("ConsumerGroupId", consumerGroup);
        }
        Json.putIfGiven(request, "StartingPosition", startingPosition);
        if (startingTimestamp != null) {
            request.put("StartingPositionTimestamp", startingTimestamp.toEpochMilli() / 1_000.0);
        }
    }
}
