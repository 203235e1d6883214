package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Published versions, of whose rows only the revision changes, and the numbers that were ever given. */
final class VersionTable {
    private static final String ALL = "SELECT function_name, version_number, " + ConfigurationColumns.NAMES
            + ", revision_id, last_modified, source_description FROM function_versions";
    private static final String STORED =
            "SELECT version_number, revision_id FROM function_versions WHERE function_name = ?";
    private static final String REVISE =
            "UPDATE function_versions SET revision_id = ? WHERE function_name = ? AND version_number = ?";
    private static final String INSERT = "INSERT INTO function_versions (" + ConfigurationColumns.NAMES
            + ", revision_id, last_modified, source_description, function_name, version_number)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String DELETE = "DELETE FROM function_versions WHERE function_name = ? AND version_number = ?";
    private static final String NUMBERS = "SELECT function_name, last_number FROM version_numbers";
    private static final String RAISE_NUMBER =
            "UPDATE version_numbers SET last_number = GREATEST(last_number, ?) WHERE function_name = ?";
    private static final String INSERT_NUMBER =
            "INSERT INTO version_numbers (last_number, function_name) VALUES (?, ?)";

    private VersionTable() {}

    static Map<FunctionName, List<PublishedVersion>> all(Connection connection) throws SQLException {
        return Owned.byFunction(connection, ALL, VersionTable::version);
    }

    /** Highest number ever given, of every name that was given one, deleted functions included. */
    static Map<FunctionName, Integer> lastNumbers(Connection connection) throws SQLException {
        return Owned.byFunction(connection, NUMBERS, row -> row.getInt("last_number")).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().get(0)));
    }

    /** Writes the new ones and new revisions, removes those that went, and never takes a number back. */
    static void save(Connection connection, FunctionName function, Publications publications) throws SQLException {
        Map<Integer, String> stored = Sql.select(connection, STORED, VersionTable::revision, function.value()).stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        for (PublishedVersion version : publications.versions().values()) {
            String revision = stored.remove(version.number());
            if (revision == null) {
                insert(connection, function, version);
            } else if (!revision.equals(version.revisionId())) {
                Sql.execute(connection, REVISE, version.revisionId(), function.value(), version.number());
            }
        }
        for (int gone : stored.keySet()) {
            Sql.execute(connection, DELETE, function.value(), gone);
        }
        int last = publications.lastNumber();
        if (last > 0 && Sql.execute(connection, RAISE_NUMBER, last, function.value()) == 0) {
            Sql.execute(connection, INSERT_NUMBER, last, function.value());
        }
    }

    private static Map.Entry<Integer, String> revision(ResultSet row) throws SQLException {
        return Map.entry(row.getInt("version_number"), row.getString("revision_id"));
    }

    private static void insert(Connection connection, FunctionName function, PublishedVersion version)
            throws SQLException {
        Sql.execute(
                connection,
                INSERT,
                ConfigurationColumns.values(
                        version.configuration(),
                        version.code(),
                        version.revisionId(),
                        Sql.time(version.lastModified()),
                        version.sourceDescription(),
                        function.value(),
                        version.number()));
    }

    private static PublishedVersion version(ResultSet row) throws SQLException {
        return new PublishedVersion(
                row.getInt("version_number"),
                ConfigurationColumns.configuration(row),
                ConfigurationColumns.code(row),
                row.getString("revision_id"),
                Sql.instant(row, "last_modified"),
                row.getString("source_description"));
    }
}
