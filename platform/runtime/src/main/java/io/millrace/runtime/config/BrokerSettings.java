package io.millrace.runtime.config;

/**
 * Where the embedded broker listens; port 0 takes a free one.
 *
 * @param host name or IP address
 * @param amqp port for AMQP 1.0
 * @param core port for the Artemis Core protocol
 * @param mqtt port for MQTT
 * @param stomp port for STOMP
 */
public record BrokerSettings(String host, int amqp, int core, int mqtt, int stomp) {}
