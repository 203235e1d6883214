package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.mapping.MappingRefusedException.SourceRefused;
import io.millrace.runtime.mapping.MappingRefusedException.SourceUnsupported;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a source before it is mapped. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StreamPollersTest {
    private static final SourceDescription LOG = SourceDescription.ofArn("arn:aws:memory:us-east-1:000000000000:log");

    private final Vertx vertx = Vertx.vertx();
    private final MemoryLog log = new MemoryLog();
    private final SuppliedKeys keys = new SuppliedKeys();

    @TempDir
    Path data;

    private FunctionRegistry registry;
    private StreamPollers pollers;

    @BeforeEach
    void open() {
        registry = FunctionRegistry.open(data);
        pollers = new StreamPollers(vertx, List.of(log), registry.checkpoints(), parts(Duration.ofSeconds(3)));
    }

    private FeedingParts parts(Duration timeout) {
        return new FeedingParts(
                new ScriptedFunction(vertx),
                Traces.OFF,
                function -> true,
                function -> timeout,
                message -> null,
                keys.of(vertx),
                Clock.systemUTC());
    }

    @AfterEach
    void close() {
        registry.close();
        keys.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void require(SourceDescription source) {
        try {
            pollers.require(source, FeedingFloor.FUNCTION)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException failed) {
            throw (RuntimeException) failed.getCause();
        }
    }

    @Test
    void a_source_that_is_there_is_opened_and_closed_again() {
        require(LOG);
        assertThat(log.open()).isZero();
    }

    @Test
    void a_source_that_no_kind_takes_is_refused_by_name() {
        assertThatThrownBy(() -> require(SourceDescription.ofArn("arn:aws:kinesis:us-east-1:000000000000:stream/s")))
                .isInstanceOf(SourceUnsupported.class)
                .hasMessage("Event source mappings for kinesis are not supported by Millrace.");
        SourceDescription selfManaged = new SourceDescription(
                Optional.empty(),
                List.of("localhost:9092"),
                List.of("t"),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty());
        assertThatThrownBy(() -> require(selfManaged))
                .hasMessage("Event source mappings for self-managed Kafka are not supported by Millrace.");
    }

    @Test
    void a_queue_that_holds_messages_shorter_than_the_function_may_run_is_refused_in_the_words_of_AWS() {
        MemoryQueue.Kind queues = new MemoryQueue.Kind();
        FeedingParts minute = parts(Duration.ofSeconds(60));
        pollers = new StreamPollers(vertx, List.of(queues), registry.checkpoints(), minute);

        queues.hold = Duration.ofSeconds(60);
        require(LOG);
        queues.hold = Duration.ofSeconds(59);

        assertThatThrownBy(() -> require(LOG))
                .isInstanceOf(SourceRefused.class)
                .hasMessage("Queue visibility timeout: 59 seconds is less than Function timeout: 60 seconds");
        assertThat(queues.open).hasValue(0);
    }

    @Test
    void a_source_that_is_away_or_has_a_mistake_is_refused_with_the_reason() {
        log.away(true);
        assertThatThrownBy(() -> require(LOG)).isInstanceOf(SourceRefused.class).hasMessage("the log is away");
        log.broken(true);
        assertThatThrownBy(() -> require(LOG))
                .isInstanceOf(SourceRefused.class)
                .hasMessageContaining("a mistake in the source");
    }
}
