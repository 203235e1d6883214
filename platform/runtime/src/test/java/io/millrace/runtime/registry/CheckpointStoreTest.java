package io.millrace.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.SourceAwayException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CheckpointStoreTest {
    private static final String MAPPING = "11111111-1111-4111-8111-111111111111";
    private static final String OTHER = "22222222-2222-4222-8222-222222222222";

    @TempDir
    Path data;

    @Test
    void positions_outlive_the_process_by_mapping_and_partition() {
        // Given
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            Checkpoints mine = registry.checkpoints().of(MAPPING);
            mine.save("shard-0", "1");
            mine.save("shard-0", "2");
            mine.save("shard-1", "7");
            mine.save("shard-2", "9");
            mine.forget("shard-2");
            registry.checkpoints().of(OTHER).save("shard-0", "5");
        }
        // When
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            Checkpoints mine = registry.checkpoints().of(MAPPING);
            // Then
            assertThat(mine.all()).isEqualTo(Map.of("shard-0", "2", "shard-1", "7"));
            assertThat(mine.find("shard-2")).isEmpty();
            assertThat(registry.checkpoints().of(OTHER).find("shard-0")).contains("5");
        }
    }

    @Test
    void positions_go_with_their_mapping() {
        // Given
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            registry.checkpoints().of(MAPPING).save("shard-0", "1");
            registry.checkpoints().of(OTHER).save("shard-0", "5");
            // When
            registry.checkpoints().retain(Set.of(OTHER));
        }
        // Then
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.checkpoints().of(MAPPING).all()).isEmpty();
            assertThat(registry.checkpoints().of(OTHER).all()).hasSize(1);
        }
    }

    @Test
    void many_may_save_at_once() throws InterruptedException, ExecutionException {
        // Given
        ExecutorService savers = Executors.newFixedThreadPool(16);
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            Checkpoints mine = registry.checkpoints().of(MAPPING);
            // When
            List<? extends Future<?>> saved = IntStream.range(0, 16)
                    .mapToObj(shard -> savers.submit(() -> IntStream.rangeClosed(1, 20)
                            .forEach(position -> mine.save("shard-" + shard, Integer.toString(position)))))
                    .toList();
            for (Future<?> each : saved) {
                each.get();
            }
        } finally {
            savers.shutdown();
        }
        // Then
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            assertThat(registry.checkpoints().of(MAPPING).all().values())
                    .hasSize(16)
                    .containsOnly("20");
        }
    }

    @Test
    void what_cannot_be_kept_is_refused_also_after_the_end_and_what_was_kept_stays() {
        FunctionRegistry registry = FunctionRegistry.open(data);
        Checkpoints mine = registry.checkpoints().of(MAPPING);
        try (registry) {
            mine.save("shard-0", "1");
            assertThatThrownBy(() -> mine.save("shard-0", "9".repeat(1_025)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected at most 1024");
            mine.save("shard-1", "9".repeat(1_024));
            assertThat(mine.find("shard-0")).contains("1");
        }
        assertThatThrownBy(() -> mine.save("shard-0", "2"))
                .isInstanceOf(SourceAwayException.class)
                .hasMessage("checkpoint of shard-0 cannot be kept");
        assertThat(mine.find("shard-0")).contains("1");
    }
}
