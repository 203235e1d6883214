package io.millrace.idempotency;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.concurrent.TimeUnit;

/**
 * The time by which leases end. Nodes that share a PostgreSQL share its clock: each measures once a minute how far its
 * own is away from it, so that a node whose clock is ahead takes no running key from another. H2 has no clock but that of
 * its own process. Thread-safe.
 */
final class StoreClock {
    private static final long MEASURED_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final String NOW = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";

    private final Clock clock;
    private long offsetMillis;
    private long measuredAt;
    private boolean isMeasured;

    StoreClock(Clock clock) {
        this.clock = clock;
    }

    synchronized long millis(Connection connection, Dialect dialect) throws SQLException {
        boolean isDue = !isMeasured || System.nanoTime() - measuredAt > MEASURED_EVERY_NANOS;
        if (dialect == Dialect.POSTGRESQL && isDue) {
            long before = clock.millis();
            long there = query(connection);
            offsetMillis = there - (before + clock.millis()) / 2; // Right to half the way there and back.
            measuredAt = System.nanoTime();
            isMeasured = true;
        }
        return clock.millis() + offsetMillis;
    }

    private static long query(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet now = statement.executeQuery(NOW)) {
            now.next();
            return now.getLong(1);
        }
    }
}
