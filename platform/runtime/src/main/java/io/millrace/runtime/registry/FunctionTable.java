package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** Stored functions, with all that belongs to them in the other tables. */
final class FunctionTable {
    private static final String ALL = "SELECT name, " + ConfigurationColumns.NAMES
            + ", reserved_concurrency, revision_id, last_modified, created, state, state_reason, pending_version"
            + " FROM functions";
    private static final String UPDATE =
            """
            UPDATE functions
               SET handler = ?, runtime = ?, role = ?, description = ?, timeout_millis = ?, memory_size_megabytes = ?,
                   ephemeral_storage_megabytes = ?, architecture = ?, layers = ?, environment = ?, code_sha256 = ?,
                   code_size = ?, reserved_concurrency = ?, revision_id = ?, last_modified = ?, created = ?,
                   state = ?, state_reason = ?, pending_version = ?
             WHERE name = ?
            """;
    private static final String INSERT = "INSERT INTO functions (" + ConfigurationColumns.NAMES
            + ", reserved_concurrency, revision_id, last_modified, created, state, state_reason, pending_version, name)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String DELETE = "DELETE FROM functions WHERE name = ?";

    private FunctionTable() {}

    static List<RegisteredFunction> all(Connection connection) throws SQLException {
        Map<FunctionName, List<EventInvokeConfig>> configs = EventInvokeConfigTable.all(connection);
        Map<FunctionName, Publications> publications = PublicationTables.all(connection);
        return Sql.select(connection, ALL, row -> function(row, configs)).stream()
                .map(function -> function.withPublished(publications.getOrDefault(function.name(), Publications.NONE)))
                .toList();
    }

    /** Inserts or replaces the function and all that belongs to it. */
    static void save(Connection connection, RegisteredFunction function, CodeReference code) throws SQLException {
        if (write(connection, UPDATE, function, code) == 0) {
            write(connection, INSERT, function, code);
        }
        EventInvokeConfigTable.save(
                connection, function.name(), function.eventInvokeConfigs().values());
        PublicationTables.save(connection, function.name(), function.published());
    }

    /** The numbers of its versions stay used. */
    static void delete(Connection connection, FunctionName name) throws SQLException {
        Sql.execute(connection, DELETE, name.value());
        DocumentTable.deleteOf(connection, name);
    }

    private static int write(Connection connection, String sql, RegisteredFunction function, CodeReference code)
            throws SQLException {
        OptionalInt reserved = function.reservedConcurrency();
        return Sql.execute(
                connection,
                sql,
                ConfigurationColumns.values(
                        function.configuration(),
                        code,
                        reserved.isPresent() ? reserved.getAsInt() : null,
                        function.revisionId(),
                        Sql.time(function.lastModified()),
                        Sql.time(function.created()),
                        function.state().phase().name(),
                        function.state().reason(),
                        function.state().version().orElse(null),
                        function.name().value()));
    }

    private static RegisteredFunction function(ResultSet row, Map<FunctionName, List<EventInvokeConfig>> configs)
            throws SQLException {
        FunctionName name = new FunctionName(row.getString("name"));
        Integer reserved = row.getObject("reserved_concurrency", Integer.class);
        return new RegisteredFunction(
                name,
                ConfigurationColumns.configuration(row),
                Optional.of(ConfigurationColumns.code(row)),
                reserved == null ? OptionalInt.empty() : OptionalInt.of(reserved),
                byQualifier(configs.getOrDefault(name, List.of())),
                Publications.NONE,
                row.getString("revision_id"),
                Sql.instant(row, "last_modified"),
                Sql.instant(row, "created"),
                state(row));
    }

    private static FunctionState state(ResultSet row) throws SQLException {
        return new FunctionState(
                FunctionState.Phase.valueOf(row.getString("state")),
                row.getString("state_reason"),
                Optional.ofNullable(row.getObject("pending_version", Integer.class)));
    }

    private static SortedMap<String, EventInvokeConfig> byQualifier(List<EventInvokeConfig> configs) {
        SortedMap<String, EventInvokeConfig> byQualifier = new TreeMap<>();
        configs.forEach(config -> byQualifier.put(config.qualifier(), config));
        return byQualifier;
    }
}
