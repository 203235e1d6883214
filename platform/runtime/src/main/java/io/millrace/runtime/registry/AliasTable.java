package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Stored aliases. */
final class AliasTable {
    private static final String ALL =
            """
            SELECT function_name, name, function_version, description, additional_version, additional_weight,
                   revision_id
              FROM aliases
            """;
    private static final String DELETE = "DELETE FROM aliases WHERE function_name = ?";
    private static final String INSERT =
            """
            INSERT INTO aliases (function_name, name, function_version, description, additional_version,
                                 additional_weight, revision_id)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """;

    private AliasTable() {}

    static Map<FunctionName, List<Alias>> all(Connection connection) throws SQLException {
        return Owned.byFunction(connection, ALL, AliasTable::alias);
    }

    /** Replaces all of the function. */
    static void save(Connection connection, FunctionName function, Collection<Alias> aliases) throws SQLException {
        Sql.execute(connection, DELETE, function.value());
        for (Alias alias : aliases) {
            Sql.execute(
                    connection,
                    INSERT,
                    function.value(),
                    alias.name(),
                    alias.functionVersion(),
                    alias.description(),
                    alias.routing().map(Alias.Routing::additionalVersion).orElse(null),
                    alias.routing().map(Alias.Routing::weight).orElse(null),
                    alias.revisionId());
        }
    }

    private static Alias alias(ResultSet row) throws SQLException {
        return new Alias(
                row.getString("name"),
                row.getString("function_version"),
                row.getString("description"),
                routing(row),
                row.getString("revision_id"));
    }

    private static Optional<Alias.Routing> routing(ResultSet row) throws SQLException {
        String additional = row.getString("additional_version");
        return additional == null
                ? Optional.empty()
                : Optional.of(new Alias.Routing(additional, row.getDouble("additional_weight")));
    }
}
