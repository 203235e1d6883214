package io.millrace.runtime.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.core.function.FunctionName;
import io.millrace.eventsource.contract.FreePort;
import io.millrace.runtime.config.Settings;
import io.millrace.runtime.payloads.PayloadStore;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.FunctionRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of replays while the broker is away. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class HistoryReplaysTest {
    private static final Instant NOW = Instant.parse("2026-11-22T14:00:00Z");
    private static final long PATIENCE_SECONDS = 90;

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private int port;
    private EmbeddedBroker broker;
    private FunctionRegistry registry;
    private BrokerManagement management;
    private HistoryReplays replays;

    @BeforeEach
    void start() throws IOException {
        port = FreePort.find();
        startBroker();
        registry = FunctionRegistry.open(data);
        open();
    }

    private void startBroker() {
        broker = EmbeddedBroker.start(
                EmbeddedBrokerOptions.of(data.resolve("broker")).withFreePorts().withAmqpPort(port), failure -> {});
    }

    /** As a start does. */
    private void open() {
        BrokerConnection connection = get(BrokerConnection.open(vertx, BrokerAddress.local("127.0.0.1", port), "test"));
        get(connection.firstUp());
        management = new BrokerManagement(connection);
        InstantSource clock = InstantSource.fixed(NOW);
        PayloadStore payloads = PayloadStore.open(vertx, Settings.defaults().payloads(), data, clock);
        replays = new HistoryReplays(
                vertx,
                broker.history(),
                registry.documents(),
                management,
                connection,
                new PastPayloads(payloads),
                clock);
    }

    @AfterEach
    void stop() {
        get(vertx.close());
        registry.close();
        broker.close();
    }

    private static <T> T get(Future<T> future) {
        return future.timeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @Test
    void one_that_is_deleted_while_the_broker_is_away_stays_and_can_be_deleted_later() {
        // Given
        HistoryReplay replay = kept(ReplayState.COLLECTED);
        broker.close();
        // When, Then
        assertThatThrownBy(() -> get(replays.delete(replay)))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(BrokerUnavailableException.class);
        assertThat(replays.find(replay.id())).contains(replay);
        // When it is back
        startBroker();
        open();
        get(replays.delete(replay));
        // Then
        assertThat(replays.find(replay.id())).isEmpty();
        assertThat(get(management.findQueue(replay.queue()))).isEmpty();
    }

    @Test
    void one_whose_queue_is_gone_can_be_deleted() {
        HistoryReplay replay = kept(ReplayState.COLLECTED);
        get(management.deleteQueue(replay.queue()));

        get(replays.delete(replay));

        assertThat(replays.find(replay.id())).isEmpty();
    }

    @Test
    void a_start_that_cannot_clear_what_was_cut_short_says_so_and_the_next_one_clears_it() {
        // Given
        HistoryReplay replay = kept(ReplayState.COLLECTING);
        broker.close();
        // When
        get(replays.resume());
        // Then
        HistoryReplay failed = replays.find(replay.id()).orElseThrow();
        assertThat(failed.state()).isEqualTo(ReplayState.FAILED);
        assertThat(failed.reason())
                .startsWith("the server ended while it collected them; nothing was replayed; its queue "
                        + replay.queue() + " could not be deleted: ");
        // When it is back
        startBroker();
        open();
        assertThat(get(management.findQueue(replay.queue()))).isPresent();
        get(replays.resume());
        // Then
        assertThat(get(management.findQueue(replay.queue()))).isEmpty();
        assertThat(replays.find(replay.id())).contains(failed);
    }

    /** With its queue. */
    private HistoryReplay kept(ReplayState state) {
        HistoryReplay replay = new HistoryReplay(
                "5d3c01aa",
                new ReplayOrder(new FunctionName("orders"), "", NOW.minusSeconds(60), NOW, "", false, false),
                state,
                ReplayCounts.NONE,
                "",
                NOW,
                "");
        get(management.createQueue(new QueueSpec(replay.queue(), true)));
        registry.documents()
                .change(DocumentKind.HISTORY_REPLAY, "", replay.id(), before -> Optional.of(replay.document()));
        return replay;
    }
}
