package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was set about asynchronous invocations; no row where nothing was. */
final class EventInvokeConfigTable {
    private static final String ALL =
            """
            SELECT function_name, qualifier, maximum_retry_attempts, maximum_event_age_millis, on_success, on_failure,
                   last_modified
              FROM qualified_event_invoke_configs
            """;
    private static final String DELETE = "DELETE FROM qualified_event_invoke_configs WHERE function_name = ?";
    private static final String INSERT =
            """
            INSERT INTO qualified_event_invoke_configs (function_name, qualifier, maximum_retry_attempts,
                                                        maximum_event_age_millis, on_success, on_failure,
                                                        last_modified)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """;

    private EventInvokeConfigTable() {}

    static Map<FunctionName, List<EventInvokeConfig>> all(Connection connection) throws SQLException {
        return Owned.byFunction(connection, ALL, EventInvokeConfigTable::config);
    }

    /** Replaces all of the function. */
    static void save(Connection connection, FunctionName function, Collection<EventInvokeConfig> configs)
            throws SQLException {
        Sql.execute(connection, DELETE, function.value());
        for (EventInvokeConfig config : configs) {
            insert(connection, function, config);
        }
    }

    private static void insert(Connection connection, FunctionName function, EventInvokeConfig config)
            throws SQLException {
        Sql.execute(
                connection,
                INSERT,
                function.value(),
                config.qualifier(),
                config.maximumRetryAttempts().orElse(null),
                config.maximumEventAge().map(Duration::toMillis).orElse(null),
                config.onSuccess().orElse(null),
                config.onFailure().orElse(null),
                Sql.time(config.lastModified()));
    }

    private static EventInvokeConfig config(ResultSet row) throws SQLException {
        return new EventInvokeConfig(
                row.getString("qualifier"),
                Optional.ofNullable(row.getObject("maximum_retry_attempts", Integer.class)),
                Optional.ofNullable(row.getObject("maximum_event_age_millis", Long.class))
                        .map(Duration::ofMillis),
                Optional.ofNullable(row.getString("on_success")),
                Optional.ofNullable(row.getString("on_failure")),
                Sql.instant(row, "last_modified"));
    }
}
