package io.millrace.runtime.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.core.function.FunctionName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The SQL of stored functions; the same text runs on H2 and on PostgreSQL. */
final class FunctionTable {
    private static final String ALL =
            """
            SELECT f.name, f.handler, f.runtime, f.role, f.description, f.timeout_millis, f.memory_size_megabytes,
                   f.environment, f.code_sha256, f.code_size, f.reserved_concurrency, f.revision_id, f.last_modified,
                   f.created, c.maximum_retry_attempts, c.maximum_event_age_millis, c.on_success, c.on_failure,
                   c.last_modified AS config_last_modified
              FROM functions f LEFT JOIN event_invoke_configs c ON c.function_name = f.name
            """;
    private static final String UPDATE =
            """
            UPDATE functions
               SET handler = ?, runtime = ?, role = ?, description = ?, timeout_millis = ?, memory_size_megabytes = ?,
                   environment = ?, code_sha256 = ?, code_size = ?, reserved_concurrency = ?, revision_id = ?,
                   last_modified = ?, created = ?
             WHERE name = ?
            """;
    private static final String INSERT =
            """
            INSERT INTO functions (handler, runtime, role, description, timeout_millis, memory_size_megabytes,
                                   environment, code_sha256, code_size, reserved_concurrency, revision_id,
                                   last_modified, created, name)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;
    private static final String DELETE = "DELETE FROM functions WHERE name = ?";
    private static final String DELETE_CONFIG = "DELETE FROM event_invoke_configs WHERE function_name = ?";
    private static final String INSERT_CONFIG =
            """
            INSERT INTO event_invoke_configs (function_name, maximum_retry_attempts, maximum_event_age_millis,
                                              on_success, on_failure, last_modified)
            VALUES (?, ?, ?, ?, ?, ?)
            """;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> VARIABLES = new TypeReference<>() {};

    private FunctionTable() {}

    static List<RegisteredFunction> all(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ALL);
                ResultSet rows = statement.executeQuery()) {
            List<RegisteredFunction> functions = new ArrayList<>();
            while (rows.next()) {
                functions.add(function(rows));
            }
            return functions;
        }
    }

    /** Inserts or replaces the function and what was set about its asynchronous invocations. */
    static void save(Connection connection, RegisteredFunction function, CodeReference code) throws SQLException {
        if (write(connection, UPDATE, function, code) == 0) {
            write(connection, INSERT, function, code);
        }
        execute(connection, DELETE_CONFIG, function.name().value());
        Optional<EventInvokeConfig> config = function.eventInvokeConfig();
        if (config.isPresent()) {
            insert(connection, function.name(), config.get());
        }
    }

    static void delete(Connection connection, FunctionName name) throws SQLException {
        execute(connection, DELETE, name.value());
    }

    private static int write(Connection connection, String sql, RegisteredFunction function, CodeReference code)
            throws SQLException {
        FunctionConfiguration configuration = function.configuration();
        return execute(
                connection,
                sql,
                configuration.handler(),
                configuration.runtime(),
                configuration.role().orElse(null),
                configuration.description(),
                configuration.timeout().toMillis(),
                configuration.memorySizeMegabytes(),
                text(configuration.environment()),
                code.sha256(),
                code.size(),
                function.reservedConcurrency().isPresent()
                        ? function.reservedConcurrency().getAsInt()
                        : null,
                function.revisionId(),
                time(function.lastModified()),
                time(function.created()),
                function.name().value());
    }

    private static void insert(Connection connection, FunctionName name, EventInvokeConfig config) throws SQLException {
        execute(
                connection,
                INSERT_CONFIG,
                name.value(),
                config.maximumRetryAttempts().orElse(null),
                config.maximumEventAge().map(Duration::toMillis).orElse(null),
                config.onSuccess().orElse(null),
                config.onFailure().orElse(null),
                time(config.lastModified()));
    }

    private static int execute(Connection connection, String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int index = 0; index < values.length; index++) {
                statement.setObject(index + 1, values[index]);
            }
            return statement.executeUpdate();
        }
    }

    private static RegisteredFunction function(ResultSet row) throws SQLException {
        Integer reserved = row.getObject("reserved_concurrency", Integer.class);
        return new RegisteredFunction(
                new FunctionName(row.getString("name")),
                new FunctionConfiguration(
                        row.getString("handler"),
                        row.getString("runtime"),
                        Optional.ofNullable(row.getString("role")),
                        row.getString("description"),
                        Duration.ofMillis(row.getLong("timeout_millis")),
                        row.getInt("memory_size_megabytes"),
                        512,
                        List.of(),
                        variables(row.getString("environment"))),
                Optional.of(new CodeReference(row.getString("code_sha256"), row.getLong("code_size"))),
                reserved == null ? OptionalInt.empty() : OptionalInt.of(reserved),
                eventInvokeConfig(row),
                Publications.NONE,
                row.getString("revision_id"),
                instant(row, "last_modified"),
                instant(row, "created"));
    }

    private static Optional<EventInvokeConfig> eventInvokeConfig(ResultSet row) throws SQLException {
        if (row.getObject("config_last_modified") == null) {
            return Optional.empty();
        }
        return Optional.of(new EventInvokeConfig(
                Optional.ofNullable(row.getObject("maximum_retry_attempts", Integer.class)),
                Optional.ofNullable(row.getObject("maximum_event_age_millis", Long.class))
                        .map(Duration::ofMillis),
                Optional.ofNullable(row.getString("on_success")),
                Optional.ofNullable(row.getString("on_failure")),
                instant(row, "config_last_modified")));
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static String text(Map<String, String> variables) {
        try {
            return JSON.writeValueAsString(variables);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a map of texts is always JSON", impossible);
        }
    }

    private static Map<String, String> variables(String text) throws SQLException {
        try {
            return JSON.readValue(text, VARIABLES);
        } catch (JsonProcessingException damaged) {
            throw new SQLException("column environment does not hold a JSON object of texts", damaged);
        }
    }
}
