package io.millrace.runtime.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Stored documents. */
final class DocumentTable {
    private static final String ALL = "SELECT kind, owner, name, content FROM documents";
    private static final String DELETE = "DELETE FROM documents WHERE kind = ? AND owner = ? AND name = ?";
    private static final String DELETE_OF_OWNER = "DELETE FROM documents WHERE kind = ? AND owner = ?";
    private static final String INSERT = "INSERT INTO documents (kind, owner, name, content) VALUES (?, ?, ?, ?)";

    private DocumentTable() {}

    static List<Document> all(Connection connection) throws SQLException {
        return Sql.select(connection, ALL, DocumentTable::document);
    }

    static void replace(Connection connection, DocumentKey key, Optional<ObjectNode> content) throws SQLException {
        Sql.execute(connection, DELETE, key.kind().name(), key.owner(), key.name());
        if (content.isPresent()) {
            Sql.execute(connection, INSERT, key.kind().name(), key.owner(), key.name(), JsonColumn.text(content.get()));
        }
    }

    static void deleteOf(Connection connection, FunctionName function) throws SQLException {
        for (DocumentKind kind : DocumentKind.values()) {
            if (kind.goesWithFunction()) {
                Sql.execute(connection, DELETE_OF_OWNER, kind.name(), function.value());
            }
        }
    }

    private static Document document(ResultSet row) throws SQLException {
        return new Document(
                DocumentKind.valueOf(row.getString("kind")),
                row.getString("owner"),
                row.getString("name"),
                JsonColumn.object(row, "content"));
    }
}
