package io.millrace.runtime.registry;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Configuration and code, in the columns that functions and their versions have in common. */
final class ConfigurationColumns {
    static final String NAMES =
            """
            handler, runtime, role, description, timeout_millis, memory_size_megabytes, ephemeral_storage_megabytes,
            architecture, layers, environment, code_sha256, code_size""";

    private ConfigurationColumns() {}

    /** In the order of {@link #NAMES}, with {@code more} behind. */
    static @Nullable Object[] values(
            FunctionConfiguration configuration, CodeReference code, @Nullable Object... more) {
        List<@Nullable Object> values = new ArrayList<>();
        values.add(configuration.handler());
        values.add(configuration.runtime());
        values.add(configuration.role().orElse(null));
        values.add(configuration.description());
        values.add(configuration.timeout().toMillis());
        values.add(configuration.memorySizeMegabytes());
        values.add(configuration.ephemeralStorageMegabytes());
        values.add(configuration.architecture());
        values.add(JsonColumn.text(configuration.layers()));
        values.add(JsonColumn.text(configuration.environment()));
        values.add(code.sha256());
        values.add(code.size());
        values.addAll(Arrays.asList(more));
        return values.toArray();
    }

    static FunctionConfiguration configuration(ResultSet row) throws SQLException {
        return new FunctionConfiguration(
                row.getString("handler"),
                row.getString("runtime"),
                Optional.ofNullable(row.getString("role")),
                row.getString("description"),
                Duration.ofMillis(row.getLong("timeout_millis")),
                row.getInt("memory_size_megabytes"),
                row.getInt("ephemeral_storage_megabytes"),
                row.getString("architecture"),
                JsonColumn.list(row, "layers"),
                JsonColumn.map(row, "environment"));
    }

    static CodeReference code(ResultSet row) throws SQLException {
        return new CodeReference(row.getString("code_sha256"), row.getLong("code_size"));
    }
}
