package io.millrace.runtime.registry;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Stored layers. */
final class LayerTable {
    private static final String ALL =
            """
            SELECT layer_name, version_number, description, license_info, compatible_runtimes,
                   compatible_architectures, code_sha256, code_size, created, deleted
              FROM layer_versions
            """;
    private static final String NUMBERS = "SELECT name, last_number FROM layers";
    private static final String RAISE_NUMBER = "UPDATE layers SET last_number = ? WHERE name = ?";
    private static final String INSERT_LAYER = "INSERT INTO layers (last_number, name) VALUES (?, ?)";
    private static final String INSERT =
            """
            INSERT INTO layer_versions (layer_name, version_number, description, license_info, compatible_runtimes,
                                        compatible_architectures, code_sha256, code_size, created, deleted)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, FALSE)
            """;
    private static final String DELETE =
            "UPDATE layer_versions SET deleted = TRUE WHERE layer_name = ? AND version_number = ?";

    private LayerTable() {}

    /** @param isDeleted kept for the functions that use it only */
    record Stored(LayerVersion version, boolean isDeleted) {}

    static List<Stored> all(Connection connection) throws SQLException {
        return Sql.select(connection, ALL, LayerTable::stored);
    }

    /** Highest number ever given, by layer. */
    static Map<String, Integer> lastNumbers(Connection connection) throws SQLException {
        Map<String, Integer> numbers = new HashMap<>();
        Sql.select(connection, NUMBERS, row -> numbers.put(row.getString("name"), row.getInt("last_number")));
        return numbers;
    }

    /** @param version whose number is the layer's next */
    static void insert(Connection connection, LayerVersion version) throws SQLException {
        if (Sql.execute(connection, RAISE_NUMBER, version.number(), version.layer()) == 0) {
            Sql.execute(connection, INSERT_LAYER, version.number(), version.layer());
        }
        LayerDescription about = version.about();
        Sql.execute(
                connection,
                INSERT,
                version.layer(),
                version.number(),
                about.description(),
                about.licenseInfo().orElse(null),
                JsonColumn.text(about.compatibleRuntimes()),
                JsonColumn.text(about.compatibleArchitectures()),
                version.code().sha256(),
                version.code().size(),
                Sql.time(version.created()));
    }

    static void delete(Connection connection, String layer, int number) throws SQLException {
        Sql.execute(connection, DELETE, layer, number);
    }

    private static Stored stored(ResultSet row) throws SQLException {
        LayerDescription about = new LayerDescription(
                row.getString("description"),
                Optional.ofNullable(row.getString("license_info")),
                JsonColumn.list(row, "compatible_runtimes"),
                JsonColumn.list(row, "compatible_architectures"));
        return new Stored(
                new LayerVersion(
                        row.getString("layer_name"),
                        row.getInt("version_number"),
                        about,
                        ConfigurationColumns.code(row),
                        Sql.instant(row, "created")),
                row.getBoolean("deleted"));
    }
}
