package io.millrace.runtime.config;

import java.time.Duration;

/**
 * Where the embedded broker listens, and how long it keeps what passed; port 0 takes a free one.
 *
 * @param host name or IP address
 * @param amqp port for AMQP 1.0
 * @param core port for the Artemis Core protocol
 * @param mqtt port for MQTT
 * @param stomp port for STOMP
 * @param retention how long past events can be replayed, 0 to 10 years; less than 1 ms keeps none
 * @param retentionBytes at most so many of the journal's past, 20 MiB and more
 */
public record BrokerSettings(
        String host, int amqp, int core, int mqtt, int stomp, Duration retention, long retentionBytes) {
    /** The setting that switches the keeping on, for messages. */
    public static final String RETENTION = "broker.retention";

    /** The setting that bounds it, for messages. */
    public static final String RETENTION_BYTES = "broker.retentionMegabytes";
}
