package io.millrace.idempotency;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/** Where the two databases differ. The claim is one statement in both, so two claimants cannot both win. */
enum Dialect {
    H2(
            """
            CREATE TABLE IF NOT EXISTS millrace_idempotency (
                id BINARY(32) PRIMARY KEY,
                completed BOOLEAN NOT NULL,
                token UUID NOT NULL,
                payload BINARY(32),
                until_ms BIGINT NOT NULL,
                result BINARY VARYING,
                version VARCHAR(128))
            """,
            """
            MERGE INTO millrace_idempotency AS r
            USING (VALUES (CAST(? AS BINARY(32)), CAST(? AS UUID), CAST(? AS BINARY(32)),
                           CAST(? AS BIGINT), CAST(? AS BIGINT))) AS c (id, token, payload, until_ms, now_ms)
            ON r.id = c.id
            WHEN MATCHED AND r.until_ms <= c.now_ms THEN UPDATE SET completed = FALSE, token = c.token,
                payload = c.payload, until_ms = c.until_ms, result = NULL, version = NULL
            WHEN NOT MATCHED THEN INSERT (id, completed, token, payload, until_ms)
                VALUES (c.id, FALSE, c.token, c.payload, c.until_ms)
            """,
            """
            DELETE FROM millrace_idempotency WHERE until_ms < ? AND id IN
                (SELECT id FROM millrace_idempotency WHERE until_ms < ? ORDER BY until_ms FETCH FIRST ? ROWS ONLY)
            """,
            // Another transaction is about to write the row: duplicate key, serialisation, lock wait, time limit.
            "23505 40001 90131 HYT00 57014 90112"),

    POSTGRESQL(
            """
            CREATE TABLE IF NOT EXISTS millrace_idempotency (
                id bytea PRIMARY KEY,
                completed boolean NOT NULL,
                token uuid NOT NULL,
                payload bytea,
                until_ms bigint NOT NULL,
                result bytea,
                version varchar(128))
            """,
            """
            INSERT INTO millrace_idempotency AS r (id, completed, token, payload, until_ms)
            VALUES (?, FALSE, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET completed = FALSE, token = excluded.token, payload = excluded.payload,
                until_ms = excluded.until_ms, result = NULL, version = NULL
             WHERE r.until_ms <= ?
            """,
            """
            DELETE FROM millrace_idempotency WHERE until_ms < ? AND id IN
                (SELECT id FROM millrace_idempotency WHERE until_ms < ? ORDER BY until_ms
                  FETCH FIRST ? ROWS ONLY FOR UPDATE SKIP LOCKED)
            """,
            "40001 40P01 55P03 57014");

    static final String INDEX =
            "CREATE INDEX IF NOT EXISTS millrace_idempotency_until ON millrace_idempotency (until_ms)";
    static final String FIND =
            "SELECT completed, token, payload, until_ms, result, version FROM millrace_idempotency WHERE id = ?";
    static final String COMPLETE =
            """
            UPDATE millrace_idempotency SET completed = TRUE, result = ?, version = ?, until_ms = ?
             WHERE id = ? AND token = ? AND completed = FALSE
            """;
    static final String FREE = "DELETE FROM millrace_idempotency WHERE id = ? AND token = ? AND completed = FALSE";

    private final String table;
    private final String claim;
    private final String purge;
    /** SQL states, with blanks between. */
    private final String contention;

    Dialect(String table, String claim, String purge, String contention) {
        this.table = table;
        this.claim = claim;
        this.purge = purge;
        this.contention = contention;
    }

    /** @throws IllegalArgumentException for another database */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product.toLowerCase(Locale.ROOT)) {
            case "h2" -> H2;
            case "postgresql" -> POSTGRESQL;
            default ->
                throw new IllegalArgumentException(
                        "database of idempotency keys is '" + product + "', expected H2 or PostgreSQL");
        };
    }

    String table() {
        return table;
    }

    /** Key, token, payload, end of the lease, now. */
    String claim() {
        return claim;
    }

    /** The time, twice, and how many. */
    String purge() {
        return purge;
    }

    /** Whether another transaction was in the way: it may be over the next time. */
    boolean isContention(SQLException failed) {
        for (SQLException each = failed; each != null; each = each.getNextException()) {
            String state = each.getSQLState();
            if (state != null && state.length() == 5 && contention.contains(state)) {
                return true;
            }
        }
        return false;
    }
}
