package io.millrace.runtime.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcDataSource;

/**
 * The H2 database in one file. Writes are rare and reads come from memory, so one connection serves all; a pool and a
 * mapper would double the time to open it. Blocking; thread-safe, one transaction after the other.
 */
final class RegistryDatabase implements AutoCloseable {
    /** The last migration; one that is in place already is not looked at again, which saves most of a start. */
    static final String LATEST_MIGRATION = "8";

    private static final String MIGRATIONS = "classpath:io/millrace/runtime/registry";
    private static final String NEWEST_MIGRATION =
            """
            SELECT "version" FROM "flyway_schema_history" WHERE "success" = TRUE
             ORDER BY "installed_rank" DESC FETCH FIRST 1 ROWS ONLY
            """;
    private static final Set<Integer> NO_SUCH_TABLE =
            Set.of(ErrorCode.TABLE_OR_VIEW_NOT_FOUND_1, ErrorCode.TABLE_OR_VIEW_NOT_FOUND_DATABASE_EMPTY_1);

    private final Path file;
    private Connection connection;
    private boolean isClosed;

    private RegistryDatabase(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /**
     * @param file without H2's suffix
     * @throws RegistryUnavailableException if another process uses the file, or it is not a database
     */
    static RegistryDatabase open(Path file) {
        JdbcDataSource source = source(file, "");
        RegistryDatabase database = new RegistryDatabase(file, connect(file, source));
        try {
            database.migrate(source);
            database.connection.setAutoCommit(false);
            keepToOwner(file);
            return database;
        } catch (IOException failed) {
            database.close();
            throw new RegistryUnavailableException(
                    "registry '" + file + ".mv.db' cannot be kept from other users: " + failed, failed);
        } catch (SQLException | FlywayException failed) {
            database.close();
            throw new RegistryUnavailableException(
                    "registry '" + file + "' cannot be brought to version " + LATEST_MIGRATION + ": "
                            + firstLine(failed),
                    failed);
        }
    }

    /** It holds secrets of access keys. Where files have no such permissions, those of the directory count. */
    private static void keepToOwner(Path file) throws IOException {
        Path database = file.resolveSibling(file.getFileName() + ".mv.db");
        PosixFileAttributeView view = Files.getFileAttributeView(database, PosixFileAttributeView.class);
        if (view != null) {
            view.setPermissions(PosixFilePermissions.fromString("rw-------"));
        }
    }

    private static JdbcDataSource source(Path file, String more) {
        JdbcDataSource source = new JdbcDataSource();
        // Without a write delay a commit is in the file before it returns, so that it outlives a killed process.
        source.setURL("jdbc:h2:file:" + file.toAbsolutePath() + ";DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0" + more);
        source.setUser("sa");
        source.setPassword("");
        return source;
    }

    private static Connection connect(Path file, DataSource source) {
        try {
            return source.getConnection();
        } catch (SQLException failed) {
            String reason =
                    switch (failed.getErrorCode()) {
                        case ErrorCode.DATABASE_ALREADY_OPEN_1 ->
                            "is used by another process, expected a data directory of its own";
                        case ErrorCode.FILE_CORRUPTED_1, ErrorCode.FILE_VERSION_ERROR_1 ->
                            "is damaged, expected an H2 database: " + firstLine(failed);
                        default -> "cannot be opened: " + firstLine(failed);
                    };
            throw new RegistryUnavailableException("registry '" + file + ".mv.db' " + reason, failed);
        }
    }

    private void migrate(DataSource source) throws SQLException {
        if (!isCurrent()) {
            Flyway.configure().dataSource(source).locations(MIGRATIONS).load().migrate();
        }
    }

    private boolean isCurrent() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet newest = statement.executeQuery(NEWEST_MIGRATION)) {
            return newest.next() && LATEST_MIGRATION.equals(newest.getString(1));
        } catch (SQLException failed) {
            if (NO_SUCH_TABLE.contains(failed.getErrorCode())) {
                return false; // A new database; asking its catalogue first would cost more than this.
            }
            throw failed;
        }
    }

    /** H2 closes a database that its disk failed; it is opened again for the next who asks. */
    private Connection live() throws SQLException {
        if (isClosed) {
            throw new SQLException("it is closed");
        }
        if (connection.isClosed()) {
            // An empty one in its place would hide that the file is gone.
            connection = source(file, ";IFEXISTS=TRUE").getConnection();
            connection.setAutoCommit(false);
        }
        return connection;
    }

    /** @throws RegistryUnavailableException when the database cannot be read */
    synchronized <T> T read(Query<T> query) {
        try {
            Connection live = live();
            T result = query.run(live);
            live.rollback();
            return result;
        } catch (SQLException failed) {
            throw unavailable("read", failed);
        }
    }

    /**
     * Runs the change in one transaction; on return it is on disk.
     *
     * @throws RegistryUnavailableException when the database cannot be written; nothing has changed then
     */
    synchronized void write(Change change) {
        try {
            Connection live = live();
            change.run(live);
            live.commit();
            try (Statement statement = live.createStatement()) {
                // H2 leaves the fsync to the operating system; this asks for it, as PostgreSQL does by itself.
                statement.execute("CHECKPOINT SYNC");
            }
        } catch (SQLException failed) {
            RegistryUnavailableException unavailable = unavailable("written", failed);
            try {
                connection.rollback();
            } catch (SQLException alsoFailed) {
                unavailable.addSuppressed(alsoFailed);
            }
            throw unavailable;
        }
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        try {
            connection.close();
        } catch (SQLException failed) {
            throw unavailable("closed", failed);
        }
    }

    private RegistryUnavailableException unavailable(String action, SQLException failed) {
        return new RegistryUnavailableException(
                "registry '" + file + ".mv.db' cannot be " + action + ": " + firstLine(failed), failed);
    }

    private static String firstLine(Exception failed) {
        return String.valueOf(failed.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
    }

    @FunctionalInterface
    interface Query<T> {
        T run(Connection connection) throws SQLException;
    }

    @FunctionalInterface
    interface Change {
        void run(Connection connection) throws SQLException;
    }
}
