package io.millrace.runtime.registry;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Stored positions of event source mappings. */
final class CheckpointTable {
    private static final String ALL = "SELECT mapping, source_partition, position_done FROM checkpoints";
    private static final String UPDATE =
            "UPDATE checkpoints SET position_done = ? WHERE mapping = ? AND source_partition = ?";
    private static final String INSERT =
            "INSERT INTO checkpoints (position_done, mapping, source_partition) VALUES (?, ?, ?)";
    private static final String DELETE = "DELETE FROM checkpoints WHERE mapping = ? AND source_partition = ?";

    private CheckpointTable() {}

    /** Of one partition of one mapping. */
    record Key(String mapping, String partition) {}

    private record Row(Key key, String position) {}

    static Map<Key, String> all(Connection connection) throws SQLException {
        Map<Key, String> positions = new HashMap<>();
        for (Row row : Sql.select(
                connection,
                ALL,
                stored -> new Row(
                        new Key(stored.getString("mapping"), stored.getString("source_partition")),
                        stored.getString("position_done")))) {
            positions.put(row.key(), row.position());
        }
        return positions;
    }

    /** @param position empty deletes it */
    static void replace(Connection connection, Key key, Optional<String> position) throws SQLException {
        if (position.isEmpty()) {
            Sql.execute(connection, DELETE, key.mapping(), key.partition());
        } else if (Sql.execute(connection, UPDATE, position.get(), key.mapping(), key.partition()) == 0) {
            Sql.execute(connection, INSERT, position.get(), key.mapping(), key.partition());
        }
    }
}
