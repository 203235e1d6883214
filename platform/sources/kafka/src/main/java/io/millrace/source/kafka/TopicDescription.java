package io.millrace.source.kafka;

import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRefusedException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What a mapping says of its topic, checked.
 *
 * @param servers {@code host:port} each, at least one
 * @param group empty for a topic that is only looked at, for a mapping that is not made yet
 * @param timestamp there with {@link StartingPosition#AT_TIMESTAMP}
 * @param security settings of Kafka's clients for access
 */
record TopicDescription(
        List<String> servers,
        String topic,
        String group,
        StartingPosition from,
        Optional<Instant> timestamp,
        Map<String, Object> security) {
    private static final Pattern SERVER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:/\\[\\]]+):[0-9]{1,5}");
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    /** @throws SourceRefusedException for what cannot be a topic, or access that is not known here */
    static TopicDescription of(SourceDescription source) {
        for (String server : source.bootstrapServers()) {
            if (!SERVER.matcher(server).matches()) {
                throw new SourceRefusedException("Bootstrap server " + server + ": expected host:port.");
            }
        }
        if (source.topics().size() != 1
                || !TOPIC.matcher(source.topics().get(0)).matches()) {
            throw new SourceRefusedException("Topics " + source.topics()
                    + ": expected exactly one, of 1 to 249 letters," + " digits, periods, underscores and hyphens.");
        }
        StartingPosition from = source.startingPosition().orElseThrow(missing(source, "StartingPosition"));
        if (from == StartingPosition.AT_TIMESTAMP && source.startingTimestamp().isEmpty()) {
            throw missing(source, "StartingPositionTimestamp").get();
        }
        return new TopicDescription(
                source.bootstrapServers(),
                source.topics().get(0),
                source.consumerGroup().orElse(""),
                from,
                source.startingTimestamp(),
                Access.settings(source.accessConfigurations()));
    }

    private static Supplier<SourceRefusedException> missing(SourceDescription source, String member) {
        return () -> new SourceRefusedException("Event source " + source.label() + " has no " + member + ".");
    }

    boolean isOnlyLookedAt() {
        return group.isEmpty();
    }

    /** As the event of an invocation has them. */
    String bootstrapServers() {
        return String.join(",", servers);
    }

    /** How messages name it. */
    String label() {
        return bootstrapServers() + "/" + topic;
    }

    @Override
    public String toString() {
        return label(); // And no passwords.
    }
}
