package io.millrace.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PublicationsStoredTest {
    private final Path data;

    PublicationsStoredTest(@TempDir Path data) {
        this.data = data;
    }

    @Test
    void versions_aliases_and_environments_are_there_after_reopening() {
        RegisteredFunction saved = AliasRules.create(Sample.function(12), Sample.alias("canary", "1", "12", 0.25));
        saved = AliasRules.create(saved, Sample.alias("dev", "$LATEST"));
        saved = ProvisionedRules.provision(saved, "3", 5, new ProvisionedRules.Budget(1000, 100), Sample.NOON);
        save(saved);

        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.find(Sample.ORDERS)).contains(saved);
            assertThat(registry.lastVersionNumber(Sample.ORDERS)).isEqualTo(12);
        }
    }

    @Test
    void what_was_taken_away_stays_away() {
        RegisteredFunction full = AliasRules.create(Sample.function(3), Sample.alias("live", "1"));
        full = ProvisionedRules.provision(full, "live", 5, new ProvisionedRules.Budget(1000, 100), Sample.NOON);
        RegisteredFunction less = Publishing.withoutVersion(AliasRules.delete(full, "live"), 3);
        save(full);
        save(less);

        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.find(Sample.ORDERS)).contains(less);
            assertThat(less.published().versions()).containsOnlyKeys(1, 2);
        }
    }

    @Test
    void numbers_outlive_the_function() {
        save(Sample.function(3));
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            registry.delete(Sample.ORDERS);
            assertThat(registry.lastVersionNumber(Sample.ORDERS)).isEqualTo(3);
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            // When: created as if nothing had been before
            registry.save(Sample.function());
            RegisteredFunction again = registry.find(Sample.ORDERS).orElseThrow();
            registry.save(Sample.publish(again));
            // Then
            assertThat(again.published().versions()).isEmpty();
            assertThat(again.published().aliases()).isEmpty();
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.find(Sample.ORDERS).orElseThrow().published().versions())
                    .containsOnlyKeys(4);
        }
    }

    @Test
    void code_of_a_version_is_kept_after_the_function_has_other_code() {
        Path first;
        Path second;
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            CodeReference one = registry.storeCode(Archives.with("a", "1"));
            CodeReference two = registry.storeCode(Archives.with("a", "2"));
            RegisteredFunction published = Sample.publish(Sample.function().withCode(one, Sample.NOON));
            registry.save(published.withCode(two, Sample.NOON));
            first = registry.codeFile(one);
            second = registry.codeFile(two);
            assertThat(registry.findCode(one.sha256())).contains(first);
            assertThat(registry.findCode("../registry.mv.db")).isEmpty();
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(first).exists();
            assertThat(second).exists();
            registry.save(Publishing.withoutVersion(registry.find(Sample.ORDERS).orElseThrow(), 1));
        }
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(first).doesNotExist();
            assertThat(second).exists();
            assertThat(registry.all()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"saved", "half"})
    void a_killed_writer_leaves_all_of_a_change_or_nothing(String mode) throws Exception {
        // Given
        ProcessBuilder writer = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                KilledWriter.class.getName(),
                data.toString());
        if (mode.equals("half")) {
            writer.command().add(mode);
        }
        // When
        Process killed = writer.inheritIO().start();
        assertThat(killed.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(killed.exitValue()).isEqualTo(137);
        // Then
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            RegisteredFunction survivor = registry.find(KilledWriter.SURVIVOR).orElseThrow();
            assertThat(survivor.configuration().description()).isEmpty();
            assertThat(survivor.published().versions()).containsOnlyKeys(1);
            assertThat(survivor.published().aliases()).isEmpty();
            assertThat(registry.lastVersionNumber(KilledWriter.SURVIVOR)).isEqualTo(1);
            assertThat(registry.layers().newest()).isEmpty();
            assertThat(registry.codeFile(survivor.code().orElseThrow())).exists();
        }
    }

    private void save(RegisteredFunction function) {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            registry.save(function);
        }
    }
}
