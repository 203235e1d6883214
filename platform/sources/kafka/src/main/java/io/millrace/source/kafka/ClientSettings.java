package io.millrace.source.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;

/** Settings of Kafka's clients. */
final class ClientSettings {
    /** Of one request with all its retries. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration REQUEST = Duration.ofSeconds(8);
    /** A member that died keeps its partitions for so long. */
    private static final Duration SESSION = Duration.ofSeconds(20);

    private static final Duration HEARTBEAT = Duration.ofSeconds(3);
    /** New partitions of a topic are found after this. */
    private static final Duration METADATA = Duration.ofSeconds(30);

    /** The thread of a member polls several times a second; one that does not for so long is out of order. */
    private static final Duration SILENT = Duration.ofMinutes(1);

    private static final int MOST_OF_A_FETCH = 16 << 20;
    private static final int MOST_OF_A_PARTITION = 1 << 20;

    private ClientSettings() {}

    static Map<String, Object> ofAny(TopicDescription topic) {
        Map<String, Object> settings = new HashMap<>(topic.security());
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, topic.servers());
        settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, "millrace-" + topic.group() + "-" + UUID.randomUUID());
        settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, millis(REQUEST));
        settings.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, millis(PATIENCE));
        settings.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, millis(METADATA));
        settings.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, List.of());
        settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        return settings;
    }

    /**
     * A partition without a committed offset is read from its beginning: {@link FirstOffsets} has committed those that
     * begin elsewhere, so this one is new. Records of transactions that were given up never come.
     */
    static Map<String, Object> ofConsumer(TopicDescription topic) {
        Map<String, Object> settings = ofAny(topic);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, topic.group());
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, millis(SESSION));
        settings.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, millis(SILENT));
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, millis(HEARTBEAT));
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, MOST_OF_A_FETCH);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, MOST_OF_A_PARTITION);
        return settings;
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }
}
