package io.millrace.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.registry.FunctionAdministrationException.InvalidCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FunctionRegistryTest {
    private static final FunctionName ORDERS = new FunctionName("orders");
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00.123Z");
    private static final FunctionConfiguration CONFIGURATION = new FunctionConfiguration(
            "com.example.Orders::handle",
            "java17",
            Optional.of("arn:aws:iam::000000000000:role/r"),
            "Takes orders, \"quoted\" — and ünïcode",
            Duration.ofMillis(1500),
            512,
            1024,
            "arm64",
            List.of(
                    "arn:aws:lambda:us-east-1:000000000000:layer:b:2",
                    "arn:aws:lambda:us-east-1:000000000000:layer:a:1"),
            Map.of("GREETING", "hello\nworld", "EMPTY", ""));

    private final Path data;

    FunctionRegistryTest(@TempDir Path data) {
        this.data = data;
    }

    @Test
    void all_that_was_saved_is_there_after_reopening() {
        // Given
        RegisteredFunction saved;
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            saved = function(registry)
                    .withReservedConcurrency(OptionalInt.of(0))
                    .with(new EventInvokeConfig(
                            "$LATEST",
                            Optional.of(1),
                            Optional.of(Duration.ofSeconds(90)),
                            Optional.empty(),
                            Optional.of("arn:aws:sqs:us-east-1:000000000000:q"),
                            NOON))
                    .with(new EventInvokeConfig(
                            "live",
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of("arn:aws:sns:us-east-1:000000000000:t"),
                            Optional.empty(),
                            NOON));
            registry.save(saved);
        }
        // When
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            // Then
            assertThat(registry.find(ORDERS)).contains(saved);
            assertThat(registry.all()).containsExactly(saved);
        }
    }

    @Test
    void what_was_not_set_stays_not_set() {
        RegisteredFunction saved;
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            saved = function(registry);
            registry.save(saved);
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.find(ORDERS)).contains(saved);
            assertThat(saved.eventInvokeConfigs()).isEmpty();
            assertThat(saved.reservedConcurrency()).isEmpty();
        }
    }

    @Test
    void saving_again_replaces_and_clears() {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            RegisteredFunction first = function(registry)
                    .withReservedConcurrency(OptionalInt.of(5))
                    .with(new EventInvokeConfig(
                            "$LATEST", Optional.of(0), Optional.empty(), Optional.empty(), Optional.empty(), NOON));
            registry.save(first);
            registry.save(first.withReservedConcurrency(OptionalInt.empty()).withoutEventInvokeConfig("$LATEST"));
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.find(ORDERS)).hasValueSatisfying(function -> {
                assertThat(function.reservedConcurrency()).isEmpty();
                assertThat(function.eventInvokeConfigs()).isEmpty();
            });
        }
    }

    @Test
    void a_deleted_function_stays_deleted_and_its_code_goes_at_the_next_start() {
        // Given
        Path code;
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            RegisteredFunction function = function(registry);
            registry.save(function);
            code = registry.codeFile(function.code().orElseThrow());
            // When
            registry.delete(ORDERS);
            // Then
            assertThat(registry.find(ORDERS)).isEmpty();
            assertThat(code).exists();
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.all()).isEmpty();
            assertThat(code).doesNotExist();
        }
    }

    @Test
    void code_is_stored_under_its_hash_and_read_back_as_it_was() throws IOException {
        byte[] archive = Archives.with("com/example/Orders.class", "not really a class");
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            CodeReference once = registry.storeCode(archive);
            CodeReference again = registry.storeCode(archive);

            assertThat(again).isEqualTo(once);
            assertThat(once.size()).isEqualTo(archive.length);
            assertThat(registry.codeFile(once)).hasBinaryContent(archive);
            try (var files = Files.list(data.resolve("code"))) {
                assertThat(files).hasSize(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil.class", "/etc/passwd", "lib/../../evil.jar", "..\\evil"})
    void an_archive_that_leads_out_of_its_folder_is_refused(String entry) {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            byte[] archive = Archives.with(entry, "x");

            assertThatThrownBy(() -> registry.storeCode(archive))
                    .isInstanceOf(InvalidCode.class)
                    .hasMessage("Could not unzip uploaded file. Please check your file, then try to upload again.");
            assertThat(data.resolve("code")).isEmptyDirectory();
        }
    }

    @Test
    void what_is_not_a_zip_is_refused_and_leaves_nothing_behind() {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThatThrownBy(() -> registry.storeCode("nonsense".getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(InvalidCode.class);
            assertThat(data.resolve("code")).isEmptyDirectory();
        }
    }

    @Test
    void an_embedded_function_is_known_until_the_end_but_not_stored() {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            registry.save(RegisteredFunction.created(ORDERS, CONFIGURATION, Optional.empty(), NOON));
            assertThat(registry.find(ORDERS)).isPresent();
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.find(ORDERS)).isEmpty();
        }
    }

    @Test
    void a_migration_that_was_killed_before_its_end_runs_again() throws Exception {
        // Given: the tables are there, the note that they are complete is not.
        FunctionRegistry.open(data).close();
        try (var connection = DriverManager.getConnection("jdbc:h2:file:" + data.resolve("registry"), "sa", "");
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("DELETE FROM \"flyway_schema_history\""))
                    .isPositive();
            statement.execute("DROP TABLE qualified_event_invoke_configs");
            statement.execute("DROP TABLE aliases");
            statement.execute("ALTER TABLE functions DROP COLUMN layers");
        }
        // When
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            // Then
            registry.save(function(registry));
            assertThat(registry.find(ORDERS)).isPresent();
        }
    }

    @Test
    void functions_of_a_registry_from_before_versions_get_the_defaults() throws Exception {
        // Given
        String first = Files.readString(Path.of("src/main/resources/io/millrace/runtime/registry/V1__functions.sql"));
        try (var connection = DriverManager.getConnection("jdbc:h2:file:" + data.resolve("registry"), "sa", "");
                var statement = connection.createStatement()) {
            statement.execute(first);
            statement.execute(
                    """
                    INSERT INTO functions VALUES ('old', 'a.B', 'java17', NULL, '', 3000, 128, '{}',
                        '%s', 10, NULL, 'r', TIMESTAMP WITH TIME ZONE '2026-01-01 00:00:00+00:00',
                        TIMESTAMP WITH TIME ZONE '2026-01-01 00:00:00+00:00')
                    """
                            .formatted("a".repeat(64)));
            statement.execute(
                    """
                    INSERT INTO event_invoke_configs VALUES ('old', 1, NULL, NULL, 'arn',
                        TIMESTAMP WITH TIME ZONE '2026-01-01 00:00:00+00:00')
                    """);
            statement.execute(
                    """
                    CREATE TABLE "flyway_schema_history" ("installed_rank" INT PRIMARY KEY, "version" VARCHAR(50),
                        "description" VARCHAR(200) NOT NULL, "type" VARCHAR(20) NOT NULL,
                        "script" VARCHAR(1000) NOT NULL, "checksum" INT, "installed_by" VARCHAR(100) NOT NULL,
                        "installed_on" TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL, "execution_time" INT NOT NULL,
                        "success" BOOLEAN NOT NULL)
                    """);
            statement.execute(
                    """
                    INSERT INTO "flyway_schema_history" ("installed_rank", "version", "description", "type", "script",
                        "installed_by", "execution_time", "success")
                    VALUES (1, '1', 'functions', 'SQL', 'V1__functions.sql', 'sa', 1, TRUE)
                    """);
        }
        // When
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            // Then
            assertThat(registry.find(new FunctionName("old"))).hasValueSatisfying(function -> {
                assertThat(function.configuration().ephemeralStorageMegabytes()).isEqualTo(512);
                assertThat(function.configuration().architecture()).isEqualTo("x86_64");
                assertThat(function.configuration().layers()).isEmpty();
                assertThat(function.published()).isEqualTo(Publications.NONE);
                assertThat(function.eventInvokeConfigs())
                        .containsExactly(Map.entry(
                                "$LATEST",
                                new EventInvokeConfig(
                                        "$LATEST",
                                        Optional.of(1),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.of("arn"),
                                        Instant.parse("2026-01-01T00:00:00Z"))));
            });
        }
    }

    @Test
    void a_data_directory_in_use_is_refused_with_its_path() throws Exception {
        // Given: another connection factory of this JVM would share the database, so the lock is taken as a file.
        FunctionRegistry.open(data).close();
        Path file = data.resolve("registry.mv.db");
        try (var channel = java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            // When, Then
            assertThatThrownBy(() -> FunctionRegistry.open(data))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessage(
                            "registry '" + file + "' is used by another process, expected a data directory of its own");
        }
    }

    @Test
    void a_damaged_file_is_refused_with_its_path() throws IOException {
        Path file = Files.writeString(data.resolve("registry.mv.db"), "this is no database".repeat(1000));

        assertThatThrownBy(() -> FunctionRegistry.open(data))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageStartingWith("registry '" + file + "' is damaged, expected an H2 database");
    }

    @Test
    void a_data_directory_that_is_a_file_is_refused_with_its_path() throws IOException {
        Path file = Files.writeString(data.resolve("occupied"), "");

        assertThatThrownBy(() -> FunctionRegistry.open(file))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageStartingWith("data directory '" + file + "' cannot be created or written");
    }

    @Test
    void the_newest_migration_is_the_one_a_start_expects() throws IOException {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.all()).isEmpty();
        }
        Path migrations = Path.of("src/main/resources/io/millrace/runtime/registry");
        try (var files = Files.list(migrations)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .allMatch(name -> name.matches("V\\d+__\\w+\\.sql"))
                    .map(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
                    .contains(Integer.parseInt(RegistryDatabase.LATEST_MIGRATION))
                    .allMatch(version -> version <= Integer.parseInt(RegistryDatabase.LATEST_MIGRATION));
        }
    }

    @Test
    void the_definition_lays_what_was_set_over_the_defaults() {
        RegisteredFunction function = RegisteredFunction.created(ORDERS, CONFIGURATION, Optional.empty(), NOON)
                .with(new EventInvokeConfig(
                        "$LATEST", Optional.of(0), Optional.empty(), Optional.empty(), Optional.of("arn"), NOON));

        assertThat(function.definition(AsyncInvokeConfig.LAMBDA_DEFAULT).async())
                .isEqualTo(AsyncInvokeConfig.LAMBDA_DEFAULT
                        .withMaximumRetryAttempts(0)
                        .withOnFailure(Optional.of("arn")));
    }

    private static RegisteredFunction function(FunctionRegistry registry) {
        CodeReference code = registry.storeCode(Archives.with("com/example/Orders.class", "bytes"));
        return RegisteredFunction.created(ORDERS, CONFIGURATION, Optional.of(code), NOON);
    }
}
