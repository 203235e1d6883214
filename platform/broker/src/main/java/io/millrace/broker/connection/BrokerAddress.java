package io.millrace.broker.connection;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a broker listens for AMQP. */
public record BrokerAddress(String host, int port, Optional<String> user, Optional<String> password) {

    public static BrokerAddress local(String host, int port) {
        return new BrokerAddress(host, port, Optional.empty(), Optional.empty());
    }

    /**
     * Reads {@code amqp://[user:password@]host[:port]}; the port is 5672 unless given.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static BrokerAddress parse(String url) {
        URI uri = uri(url);
        String host = uri.getHost();
        if (!"amqp".equals(uri.getScheme()) || host == null) {
            throw unexpected(url, null);
        }
        Optional<String> credentials = Optional.ofNullable(uri.getUserInfo());
        return new BrokerAddress(
                host,
                uri.getPort() < 0 ? 5672 : uri.getPort(),
                credentials.map(both -> both.split(":", 2)[0]),
                credentials.filter(both -> both.contains(":")).map(both -> both.split(":", 2)[1]));
    }

    private static URI uri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException notOne) {
            throw unexpected(url, notOne);
        }
    }

    private static IllegalArgumentException unexpected(String url, @Nullable Throwable cause) {
        return new IllegalArgumentException("broker is '" + url + "', expected amqp://host:port", cause);
    }

    @Override
    public String toString() {
        return "amqp://" + host + ":" + port;
    }
}
