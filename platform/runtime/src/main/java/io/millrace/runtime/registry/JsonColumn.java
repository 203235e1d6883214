package io.millrace.runtime.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Columns that hold JSON. */
final class JsonColumn {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> MAP = new TypeReference<>() {};
    private static final TypeReference<List<String>> LIST = new TypeReference<>() {};
    private static final TypeReference<ObjectNode> OBJECT = new TypeReference<>() {};

    private JsonColumn() {}

    static String text(Object texts) {
        try {
            return JSON.writeValueAsString(texts);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("texts are always JSON", impossible);
        }
    }

    static Map<String, String> map(ResultSet row, String column) throws SQLException {
        return read(row, column, MAP);
    }

    static List<String> list(ResultSet row, String column) throws SQLException {
        return read(row, column, LIST);
    }

    static ObjectNode object(ResultSet row, String column) throws SQLException {
        return read(row, column, OBJECT);
    }

    private static <T> T read(ResultSet row, String column, TypeReference<T> type) throws SQLException {
        try {
            return JSON.readValue(row.getString(column), type);
        } catch (JsonProcessingException damaged) {
            throw new SQLException("column " + column + " does not hold the JSON that was stored", damaged);
        }
    }
}
