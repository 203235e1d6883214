package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Stored provisioned concurrency. */
final class ProvisionedTable {
    private static final String ALL =
            "SELECT function_name, qualifier, requested, last_modified FROM provisioned_concurrency";
    private static final String DELETE = "DELETE FROM provisioned_concurrency WHERE function_name = ?";
    private static final String INSERT =
            """
            INSERT INTO provisioned_concurrency (function_name, qualifier, requested, last_modified)
            VALUES (?, ?, ?, ?)
            """;

    private ProvisionedTable() {}

    static Map<FunctionName, List<ProvisionedConcurrency>> all(Connection connection) throws SQLException {
        return Owned.byFunction(connection, ALL, ProvisionedTable::config);
    }

    /** Replaces all of the function. */
    static void save(Connection connection, FunctionName function, Collection<ProvisionedConcurrency> configs)
            throws SQLException {
        Sql.execute(connection, DELETE, function.value());
        for (ProvisionedConcurrency config : configs) {
            Sql.execute(
                    connection,
                    INSERT,
                    function.value(),
                    config.qualifier(),
                    config.requested(),
                    Sql.time(config.lastModified()));
        }
    }

    private static ProvisionedConcurrency config(ResultSet row) throws SQLException {
        return new ProvisionedConcurrency(
                row.getString("qualifier"), row.getInt("requested"), Sql.instant(row, "last_modified"));
    }
}
