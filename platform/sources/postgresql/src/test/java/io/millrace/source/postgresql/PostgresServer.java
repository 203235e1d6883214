package io.millrace.source.postgresql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.AccessConfiguration;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.contract.LogUnderTest;
import io.millrace.eventsource.contract.RealServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real server of PostgreSQL, from its own binaries, as a process of its own, with the schema of outbox.sql. */
final class PostgresServer implements RealServer, AutoCloseable {
    static final String READER = "reader";
    static final String PASSWORD = "it's a \"secret\" \\ of ours";
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final AtomicInteger OUTBOXES = new AtomicInteger();

    private final Path directory;
    private @Nullable EmbeddedPostgres process;
    private int port;

    PostgresServer() {
        try {
            directory = Files.createTempDirectory("millrace-postgresql");
            start();
            Path access = data().resolve("pg_hba.conf");
            Files.writeString(
                    access, "host all " + READER + " 127.0.0.1/32 scram-sha-256\n" + Files.readString(access));
            try (InputStream setup = PostgresServer.class.getResourceAsStream("outbox.sql")) {
                execute(
                        new String(Objects.requireNonNull(setup).readAllBytes(), UTF_8),
                        "CREATE ROLE " + READER + " LOGIN PASSWORD '" + PASSWORD.replace("'", "''") + "'",
                        "SELECT pg_reload_conf()");
            }
        } catch (IOException noDisk) {
            throw new UncheckedIOException(noDisk);
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    /** At the same port, with what it had. */
    @Override
    public void start() {
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setDataDirectory(data())
                    .setCleanDataDirectory(false)
                    .setOverrideWorkingDirectory(Path.of("target", "postgresql").toFile())
                    .setServerConfig("fsync", "off") // The machine outlives the server.
                    .setServerConfig("synchronous_commit", "on")
                    .setPGStartupWait(LONG);
            process = (port == 0 ? builder : builder.setPort(port)).start();
            port = process.getPort();
        } catch (IOException failed) {
            throw new UncheckedIOException("PostgreSQL did not start", failed);
        }
    }

    /** Kills it. */
    @Override
    public void stop() {
        try {
            List<String> state = Files.readAllLines(data().resolve("postmaster.pid"));
            ProcessHandle server =
                    ProcessHandle.of(Long.parseLong(state.get(0).strip())).orElseThrow();
            List<ProcessHandle> workers = server.descendants().toList(); // Which end when they see that it is gone.
            server.destroyForcibly();
            await().atMost(LONG).until(() -> !server.isAlive());
            await().atMost(LONG).until(() -> workers.stream().noneMatch(ProcessHandle::isAlive));
            Objects.requireNonNull(process).close();
            process = null;
        } catch (IOException failed) {
            throw new UncheckedIOException("PostgreSQL was not stopped", failed);
        }
    }

    @Override
    public void close() throws IOException {
        if (process != null) {
            process.close();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    /** As the one who owns everything. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), "postgres", "");
    }

    void execute(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        } catch (SQLException failed) {
            throw new IllegalStateException("statement of a test", failed);
        }
    }

    /** With a table of the same name. */
    Outbox create() {
        return new Outbox("box" + OUTBOXES.incrementAndGet());
    }

    /** A secret in a file, as a mapping names it. */
    AccessConfiguration access(String json) {
        try {
            Path file = Files.createTempFile(directory, "secret", ".json");
            Files.writeString(file, json);
            return new AccessConfiguration("BASIC_AUTH", "file:" + file);
        } catch (IOException noDisk) {
            throw new UncheckedIOException(noDisk);
        }
    }

    AccessConfiguration access() {
        return access(secret(PASSWORD));
    }

    String secret(String password) {
        return "{\"url\": \"" + url() + "\", \"username\": \"" + READER + "\", \"password\": \""
                + password.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
    }

    SourceDescription describe(String outbox, StartingPosition from, Optional<Instant> timestamp) {
        return new SourceDescription(
                Optional.of(arn(outbox)),
                List.of(),
                List.of(),
                List.of(),
                Optional.of(from),
                timestamp,
                List.of(access()),
                Optional.empty());
    }

    static String arn(String outbox) {
        return "arn:aws:postgresql:eu-central-1:000000000000:shop/" + outbox;
    }

    /** An outbox, and a table of keys and values whose changes it captures. */
    final class Outbox implements LogUnderTest {
        final String name;
        final String table;

        private Outbox(String name) {
            this.name = name;
            this.table = "public." + name;
            execute(
                    "SELECT millrace.create_outbox('" + name + "')",
                    "SELECT millrace.grant_reader('" + name + "', '" + READER + "')",
                    "CREATE TABLE " + table + " (key text PRIMARY KEY, value json)",
                    "SELECT millrace.capture('" + table + "', '" + name + "')");
        }

        @Override
        public void write(List<Written> records) {
            try (Connection connection = connect()) {
                connection.setAutoCommit(false);
                write(connection, records);
                connection.commit();
            } catch (SQLException failed) {
                throw new IllegalStateException("write of a test", failed);
            }
        }

        void write(Connection connection, List<Written> records) throws SQLException {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + table
                    + " VALUES (?, CASE WHEN ? THEN ?::json ELSE to_json(?::text) END)"
                    + " ON CONFLICT (key) DO UPDATE SET value = excluded.value")) {
                for (Written record : records) {
                    insert.setString(1, record.key());
                    insert.setBoolean(2, "{[".indexOf(record.value().charAt(0)) >= 0);
                    insert.setString(3, record.value());
                    insert.setString(4, record.value());
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }

        /** In the time of its own transaction. */
        void write(String key, int number) {
            write(List.of(new Written(key, "{\"number\":" + number + "}")));
        }

        @Override
        public SourceDescription describe(String mapping, StartingPosition from, Optional<Instant> timestamp) {
            return PostgresServer.this.describe(name, from, timestamp);
        }
    }
}
