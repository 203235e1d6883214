package io.millrace.idempotency;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Connections with the table in place, and no transaction. Thread-safe; blocking. */
final class Connections implements AutoCloseable {
    private static final Set<String> CREATED_MEANWHILE = Set.of("23505", "42P07", "42710");

    private final DataSource source;
    private final int mostKept;
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private @Nullable Dialect dialect;
    private boolean isClosed;

    /** @param mostKept connections that are kept open without work; 0 leaves that to the source */
    Connections(DataSource source, int mostKept) {
        this.source = source;
        this.mostKept = mostKept;
    }

    Connection take() throws SQLException {
        Connection kept = poll();
        if (kept != null) {
            return kept;
        }
        Connection opened = source.getConnection();
        try {
            prepare(opened);
            opened.setAutoCommit(false);
            return opened;
        } catch (SQLException | RuntimeException failed) {
            opened.close();
            throw failed;
        }
    }

    private synchronized @Nullable Connection poll() throws SQLException {
        if (isClosed) {
            throw new SQLException("it is closed");
        }
        return idle.poll();
    }

    private synchronized void prepare(Connection opened) throws SQLException {
        if (dialect != null) {
            return;
        }
        opened.setAutoCommit(true);
        Dialect found = Dialect.of(opened);
        try {
            create(opened, found);
        } catch (SQLException other) {
            if (!CREATED_MEANWHILE.contains(String.valueOf(other.getSQLState()))) {
                throw other;
            }
            create(opened, found); // By another node at the same moment, which IF NOT EXISTS does not see.
        }
        dialect = found;
    }

    private static void create(Connection opened, Dialect dialect) throws SQLException {
        try (Statement statement = opened.createStatement()) {
            statement.execute(dialect.table());
            statement.execute(Dialect.INDEX);
        }
    }

    /** Whether the database was there once. */
    synchronized boolean isPrepared() {
        return dialect != null;
    }

    /** Known once a connection was taken. */
    synchronized Dialect dialect() {
        if (dialect == null) {
            throw new IllegalStateException("no connection was taken before the dialect was asked for");
        }
        return dialect;
    }

    /** One whose transaction is over and that is fit for more. */
    void giveBack(Connection connection) throws SQLException {
        synchronized (this) {
            if (!isClosed && idle.size() < mostKept) {
                idle.push(connection);
                return;
            }
        }
        connection.close();
    }

    @Override
    public synchronized void close() throws SQLException {
        isClosed = true;
        while (!idle.isEmpty()) {
            idle.pop().close();
        }
    }
}
