package io.millrace.source.postgresql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postgresql.Driver;
import org.postgresql.PGConnection;

/** A connection to the database of an outbox. For one thread, but for {@link #abort}. */
final class OutboxConnection {
    /** A page ends with the row that makes it this large, in characters. */
    private static final int PAGE_CHARACTERS = 4 << 20;
    /** Rows that the driver holds beyond the page. */
    private static final int ROWS_AT_ONCE = 100;

    private final Connection connection;
    private final OutboxName outbox;

    private OutboxConnection(Connection connection, OutboxName outbox) {
        this.connection = connection;
        this.outbox = outbox;
    }

    /** Blocks up to some 10 s; hears of new changes from then on. */
    static OutboxConnection open(Login login, OutboxName outbox) throws SQLException {
        Connection connection = new Driver().connect(login.url(), login.properties());
        if (connection == null) {
            throw new SQLException("the driver does not know such a URL");
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN " + outbox.channel());
            return new OutboxConnection(connection, outbox);
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    /** In what the server keeps text; of {@code SQL_ASCII} nobody knows what its bytes mean. */
    String encoding() throws SQLException {
        return text("SHOW server_encoding");
    }

    /** As it is now, whoever's transaction has drawn it. */
    long lastNumber() throws SQLException {
        return Long.parseLong(text("SELECT last_value FROM " + outbox.numbers()));
    }

    /** The next id is told by how far the snapshot's end is behind it: between the two no transaction has ended yet. */
    Horizon horizon() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_snapshot_xmin(pg_current_snapshot())::text,"
                        + " pg_snapshot_xmax(pg_current_snapshot())::text,"
                        + " age(pg_snapshot_xmax(pg_current_snapshot())::xid)")) {
            row.next();
            return new Horizon(Long.parseLong(row.getString(1)), Long.parseLong(row.getString(2)) + row.getInt(3));
        }
    }

    /** The highest number that was pruned. */
    long pruned() throws SQLException {
        return Long.parseLong(text("SELECT pruned FROM millrace.outboxes WHERE name = '" + outbox.outbox() + "'"));
    }

    /**
     * @param after this number
     * @param upTo this number, which is settled
     * @param most at least 1; large changes make it fewer
     */
    Page page(long after, long upTo, int most, FirstPlace first) throws SQLException {
        Optional<Instant> since = first.since().filter(time -> after < first.until());
        String sql = "SELECT number, xact::text, made, operation, schema_name, table_name, keys::text, new_image::text,"
                + " old_image::text, (SELECT pruned FROM millrace.outboxes WHERE name = '" + outbox.outbox() + "')"
                + " FROM " + outbox.table() + " WHERE number > " + after + " AND number <= " + upTo
                + (since.isPresent() ? " AND (made >= ? OR number > " + first.until() + ")" : "")
                + " ORDER BY number LIMIT " + most;
        connection.setAutoCommit(false); // Else the driver fetches all at once.
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            if (since.isPresent()) {
                statement.setObject(1, OffsetDateTime.ofInstant(since.get(), ZoneOffset.UTC));
            }
            statement.setFetchSize(ROWS_AT_ONCE);
            Page page = page(statement, most);
            connection.commit();
            connection.setAutoCommit(true);
            return page;
        }
    }

    private Page page(PreparedStatement statement, int most) throws SQLException {
        List<Change> changes = new ArrayList<>();
        long characters = 0;
        long pruned = 0;
        try (ResultSet row = statement.executeQuery()) {
            while (characters < PAGE_CHARACTERS && row.next()) {
                Change change = change(row);
                changes.add(change);
                characters += change.characters();
                pruned = row.getLong(10);
            }
        }
        boolean isWhole = changes.size() < most && characters < PAGE_CHARACTERS;
        return new Page(changes, isWhole, changes.isEmpty() ? pruned() : pruned);
    }

    private static Change change(ResultSet row) throws SQLException {
        return new Change(
                row.getLong(1),
                row.getString(2),
                row.getObject(3, OffsetDateTime.class).toInstant(),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                Optional.ofNullable(row.getString(8)),
                Optional.ofNullable(row.getString(9)));
    }

    /** @return how many were deleted, 10,000 at most */
    long prune() throws SQLException {
        return Long.parseLong(text("SELECT millrace.prune('" + outbox.outbox() + "')"));
    }

    /** @return whether a writer has said meanwhile that there is something new */
    boolean awaitWake(Duration patience) throws SQLException {
        int millis = (int) Math.max(1, patience.toMillis()); // 0 would be for ever.
        return connection.unwrap(PGConnection.class).getNotifications(millis).length > 0;
    }

    private String text(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            if (!row.next()) {
                throw new SQLException("there is no outbox " + outbox.outbox(), "42P01");
            }
            return row.getString(1);
        }
    }

    /** By any thread, also more than once; what waits for an answer fails. */
    void abort() throws SQLException {
        connection.abort(Runnable::run);
    }
}
