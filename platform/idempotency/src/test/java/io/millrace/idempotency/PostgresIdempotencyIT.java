package io.millrace.idempotency;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class PostgresIdempotencyIT extends DatabaseContract {
    private static @Nullable EmbeddedPostgres server;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(Path.of("target", "postgresql").toFile())
                .setServerConfig("fsync", "off") // The machine outlives the server.
                .setPGStartupWait(Duration.ofMinutes(2))
                .start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @Override
    DataSource database() {
        return Objects.requireNonNull(server).getPostgresDatabase();
    }

    @Override
    boolean hasClock() {
        return true;
    }
}
