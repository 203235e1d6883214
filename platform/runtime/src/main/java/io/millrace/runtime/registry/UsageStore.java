package io.millrace.runtime.registry;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/** Usage by day, function and version, in the registry's database. Blocks; thread-safe. */
public final class UsageStore {
    private static final String AMOUNTS = "requests, megabyte_millis, cold_starts, bytes_in, bytes_out";
    private static final String ADD =
            """
            UPDATE usage_by_day
               SET requests = requests + ?, megabyte_millis = megabyte_millis + ?, cold_starts = cold_starts + ?,
                   bytes_in = bytes_in + ?, bytes_out = bytes_out + ?
             WHERE usage_day = ? AND function_name = ? AND function_version = ?
            """;
    private static final String INSERT = "INSERT INTO usage_by_day (" + AMOUNTS
            + ", usage_day, function_name, function_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String WHERE =
            " FROM usage_by_day WHERE usage_day >= ? AND usage_day <= ? AND (? = '' OR function_name = ?)";
    private static final String ROWS = "SELECT usage_day, function_name, function_version, " + AMOUNTS + WHERE
            + " ORDER BY usage_day, function_name, function_version FETCH FIRST ? ROWS ONLY";
    private static final String SUM = "SELECT SUM(requests) AS requests, SUM(megabyte_millis) AS megabyte_millis,"
            + " SUM(cold_starts) AS cold_starts, SUM(bytes_in) AS bytes_in, SUM(bytes_out) AS bytes_out" + WHERE;
    private static final String DELETE = "DELETE FROM usage_by_day WHERE usage_day < ?";

    private final RegistryDatabase database;

    UsageStore(RegistryDatabase database) {
        this.database = database;
    }

    /**
     * Adds to what is there, all of it or nothing.
     *
     * @throws RegistryUnavailableException if that could not be written; nothing has changed then
     */
    public void add(List<UsageRow> more) {
        database.write(connection -> {
            for (UsageRow row : more) {
                if (execute(connection, ADD, row) == 0) {
                    execute(connection, INSERT, row);
                }
            }
        });
    }

    private static int execute(Connection connection, String sql, UsageRow row) throws SQLException {
        UsageAmount amount = row.amount();
        return Sql.execute(
                connection,
                sql,
                amount.requests(),
                amount.megabyteMillis(),
                amount.coldStarts(),
                amount.bytesIn(),
                amount.bytesOut(),
                row.day(),
                row.function(),
                row.version());
    }

    /**
     * By day, function and version.
     *
     * @param from the first day
     * @param to the last day
     * @param function empty for all
     * @param most rows
     * @throws RegistryUnavailableException when the database cannot be read
     */
    public List<UsageRow> rows(LocalDate from, LocalDate to, Optional<String> function, int most) {
        String name = function.orElse("");
        return database.read(connection -> Sql.select(
                connection,
                ROWS,
                row -> new UsageRow(
                        row.getObject("usage_day", LocalDate.class),
                        row.getString("function_name"),
                        row.getString("function_version"),
                        amount(row)),
                from,
                to,
                name,
                name,
                most));
    }

    /** As {@link #rows}, all of them together. */
    public UsageAmount sum(LocalDate from, LocalDate to, Optional<String> function) {
        String name = function.orElse("");
        return database.read(connection -> Sql.select(connection, SUM, UsageStore::amount, from, to, name, name))
                .get(0);
    }

    private static UsageAmount amount(ResultSet row) throws SQLException {
        return new UsageAmount(
                row.getLong("requests"),
                row.getLong("megabyte_millis"),
                row.getLong("cold_starts"),
                row.getLong("bytes_in"),
                row.getLong("bytes_out"));
    }

    /** @throws RegistryUnavailableException if that could not be written */
    public void removeBefore(LocalDate day) {
        database.write(connection -> Sql.execute(connection, DELETE, day));
    }
}
