package io.millrace.broker.embedded;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the broker keeps its events and where it listens.
 *
 * @param dataDirectory made if it does not exist; one broker at a time may use it
 * @param host the address all four ports are bound to, for example {@code 127.0.0.1}
 * @param amqpPort 0 to 65535, where 0 means any free port; the same holds for the other three
 * @param configDirectory a directory with a {@code broker.xml} to use instead of the one in this jar
 * @param retention whether and how long what passed is kept to be read again
 */
public record EmbeddedBrokerOptions(
        Path dataDirectory,
        String host,
        int amqpPort,
        int corePort,
        int mqttPort,
        int stompPort,
        Optional<Path> configDirectory,
        Optional<Retention> retention) {

    public EmbeddedBrokerOptions {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host is blank, expected an address such as 127.0.0.1");
        }
        requirePort("amqpPort", amqpPort);
        requirePort("corePort", corePort);
        requirePort("mqttPort", mqttPort);
        requirePort("stompPort", stompPort);
    }

    /** The customary ports (AMQP 5672, Core 61616, MQTT 1883, STOMP 61613) on loopback. */
    public static EmbeddedBrokerOptions of(Path dataDirectory) {
        return new EmbeddedBrokerOptions(
                dataDirectory, "127.0.0.1", 5672, 61616, 1883, 61613, Optional.empty(), Optional.empty());
    }

    /** The same, on four free ports. */
    public EmbeddedBrokerOptions withFreePorts() {
        return new EmbeddedBrokerOptions(dataDirectory, host, 0, 0, 0, 0, configDirectory, retention);
    }

    public EmbeddedBrokerOptions withHost(String newHost) {
        return new EmbeddedBrokerOptions(
                dataDirectory, newHost, amqpPort, corePort, mqttPort, stompPort, configDirectory, retention);
    }

    public EmbeddedBrokerOptions withAmqpPort(int port) {
        return new EmbeddedBrokerOptions(
                dataDirectory, host, port, corePort, mqttPort, stompPort, configDirectory, retention);
    }

    public EmbeddedBrokerOptions withCorePort(int port) {
        return new EmbeddedBrokerOptions(
                dataDirectory, host, amqpPort, port, mqttPort, stompPort, configDirectory, retention);
    }

    public EmbeddedBrokerOptions withMqttPort(int port) {
        return new EmbeddedBrokerOptions(
                dataDirectory, host, amqpPort, corePort, port, stompPort, configDirectory, retention);
    }

    public EmbeddedBrokerOptions withStompPort(int port) {
        return new EmbeddedBrokerOptions(
                dataDirectory, host, amqpPort, corePort, mqttPort, port, configDirectory, retention);
    }

    public EmbeddedBrokerOptions withConfigDirectory(Path directory) {
        return new EmbeddedBrokerOptions(
                dataDirectory, host, amqpPort, corePort, mqttPort, stompPort, Optional.of(directory), retention);
    }

    /** Keeps what passes through the journal, which costs as much disk again as the broker writes. */
    public EmbeddedBrokerOptions withRetention(Retention kept) {
        return new EmbeddedBrokerOptions(
                dataDirectory, host, amqpPort, corePort, mqttPort, stompPort, configDirectory, Optional.of(kept));
    }

    private static void requirePort(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + " is " + port + ", expected 0 (any free port) to 65535");
        }
    }
}
