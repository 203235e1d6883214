package io.millrace.runtime.mapping;

import static io.millrace.runtime.mapping.FeedingFloor.PARTITION;
import static io.millrace.runtime.mapping.FeedingFloor.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is known of a mapping through its changes and restarts. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class MappingsTest {
    private static final SourceDescription LOG = SourceDescription.ofArn("arn:aws:memory:us-east-1:000000000000:log");
    private static final String FAILED = "PROBLEM: Function call failed";

    private final Vertx vertx = Vertx.vertx();
    private final MemoryLog log = new MemoryLog();
    private final ScriptedFunction function = new ScriptedFunction(vertx);
    private final SuppliedKeys keys = new SuppliedKeys();

    @TempDir
    Path data;

    private FunctionRegistry registry;
    private Mappings mappings;

    @BeforeEach
    void open() throws Exception {
        registry = FunctionRegistry.open(data);
        FeedingParts parts = new FeedingParts(
                function,
                Traces.OFF,
                arn -> true,
                arn -> Duration.ofSeconds(3),
                message -> Future.succeededFuture(),
                keys.of(vertx),
                Clock.systemUTC());
        StreamPollers pollers = new StreamPollers(vertx, List.of(log), registry.checkpoints(), parts);
        mappings = new Mappings(vertx, registry.documents(), pollers, Clock.systemUTC());
        done(mappings.resume());
    }

    @AfterEach
    void close() throws Exception {
        stop();
        keys.close();
        done(vertx.close());
    }

    private void stop() throws Exception {
        done(mappings.close(Duration.ZERO));
        registry.close();
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private void awaitState(String uuid, MappingState state) {
        await().atMost(PATIENCE).until(() -> mappings.find(uuid).orElseThrow().state() == state);
    }

    @Test
    void how_the_last_batch_ended_is_known_through_changes_and_restarts_until_the_next_one_ends() throws Exception {
        // Given
        function.script = call -> ScriptedFunction.failed();
        log.append(PARTITION, "k", Instant.now());
        String uuid = done(mappings.create(LOG, FeedingFloor.settings(1), true, Map.of()))
                .uuid();
        assertThat(mappings.lastResult(uuid)).isIn(Optional.empty(), Optional.of(FAILED));
        await().atMost(PATIENCE).until(() -> mappings.lastResult(uuid).equals(Optional.of(FAILED)));
        awaitState(uuid, MappingState.ENABLED);
        // When, Then
        done(mappings.update(uuid, settings -> settings, Optional.of(false)));
        awaitState(uuid, MappingState.DISABLED);
        assertThat(mappings.lastResult(uuid)).contains(FAILED);
        stop();
        open();
        assertThat(mappings.lastResult(uuid)).contains(FAILED);
        // When, Then
        function.script = call -> ScriptedFunction.succeeded("null");
        done(mappings.update(uuid, settings -> settings, Optional.of(true)));
        await().atMost(PATIENCE).until(() -> mappings.lastResult(uuid).equals(Optional.of("OK")));
        stop();
        open();
        assertThat(mappings.lastResult(uuid)).contains("OK");
    }

    @Test
    void how_a_mapping_that_is_gone_ended_is_forgotten_with_it() throws Exception {
        // Given
        function.script = call -> ScriptedFunction.succeeded("null");
        log.append(PARTITION, "k", Instant.now());
        String uuid = done(mappings.create(LOG, FeedingFloor.settings(1), true, Map.of()))
                .uuid();
        await().atMost(PATIENCE).until(() -> mappings.lastResult(uuid).equals(Optional.of("OK")));
        awaitState(uuid, MappingState.ENABLED);
        // When
        done(mappings.delete(uuid));
        // Then
        await().atMost(PATIENCE).until(() -> mappings.lastResult(uuid).isEmpty());
        stop();
        open();
        assertThat(mappings.all()).isEmpty();
    }
}
