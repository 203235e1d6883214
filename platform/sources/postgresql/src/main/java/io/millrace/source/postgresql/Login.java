package io.millrace.source.postgresql;

import io.millrace.eventsource.SourceDescription.AccessConfiguration;
import io.millrace.eventsource.SourceRefusedException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Where the database is and who reads it. The address is part of the secret, so that a password goes to no other server.
 *
 * @param server host, port and database as messages call them
 * @param properties the driver's; what the URL says of them wins
 */
record Login(String url, String server, Properties properties) {
    private static final String TYPE = "BASIC_AUTH";
    private static final String EXPECTED = "expected one of type " + TYPE
            + " whose URI is env:NAME or file:/path of a JSON object with \"url\", \"username\" and \"password\"";
    private static final String CONNECT_SECONDS = "10";
    /** Nothing that is asked takes as long; a network that swallows everything is noticed. */
    private static final String ANSWER_SECONDS = "60";

    /** @throws SourceRefusedException if that cannot be told from these */
    static Login of(List<AccessConfiguration> configurations) {
        if (configurations.size() != 1 || !configurations.get(0).type().equals(TYPE)) {
            throw new SourceRefusedException("SourceAccessConfigurations of types "
                    + configurations.stream().map(AccessConfiguration::type).toList() + ": " + EXPECTED + ".");
        }
        Secret secret = Secret.read(configurations.get(0));
        String url = secret.find("url").orElseThrow(() -> secret.refused("expected a member \"url\" there"));
        Optional<Properties> parsed = parsed(url);
        if (parsed.isEmpty()) {
            throw secret.refused("expected as its \"url\" jdbc:postgresql://host:port/database");
        }
        return new Login(url, server(parsed.get()), properties(secret));
    }

    /** Empty for what is no URL of this driver. */
    private static Optional<Properties> parsed(String url) {
        @Nullable Properties parsed = url.startsWith("jdbc:postgresql:") ? Driver.parseURL(url, null) : null;
        return Optional.ofNullable(parsed);
    }

    private static String server(Properties parsed) {
        return parsed.getProperty(PGProperty.PG_HOST.getName(), "localhost") + ":"
                + parsed.getProperty(PGProperty.PG_PORT.getName(), "5432") + "/"
                + parsed.getProperty(PGProperty.PG_DBNAME.getName(), "");
    }

    private static Properties properties(Secret secret) {
        Properties properties = new Properties();
        PGProperty.APPLICATION_NAME.set(properties, "millrace");
        PGProperty.CONNECT_TIMEOUT.set(properties, CONNECT_SECONDS);
        PGProperty.SOCKET_TIMEOUT.set(properties, ANSWER_SECONDS);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        // A plan for each page, by the numbers it is about.
        PGProperty.PREPARE_THRESHOLD.set(properties, 0);
        secret.find("username").ifPresent(user -> PGProperty.USER.set(properties, user));
        secret.find("password").ifPresent(password -> PGProperty.PASSWORD.set(properties, password));
        return properties;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return server;
    }
}
