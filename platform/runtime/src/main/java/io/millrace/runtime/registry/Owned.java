package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A row that belongs to a function, which its column {@code function_name} names. */
record Owned<T>(FunctionName function, T value) {

    /** All rows of a table. */
    static <T> Map<FunctionName, List<T>> byFunction(Connection connection, String sql, Sql.Row<T> row)
            throws SQLException {
        return Sql.select(connection, sql, columns -> owned(columns, row)).stream()
                .collect(Collectors.groupingBy(Owned::function, Collectors.mapping(Owned::value, Collectors.toList())));
    }

    private static <T> Owned<T> owned(ResultSet columns, Sql.Row<T> row) throws SQLException {
        return new Owned<>(new FunctionName(columns.getString("function_name")), row.read(columns));
    }
}
