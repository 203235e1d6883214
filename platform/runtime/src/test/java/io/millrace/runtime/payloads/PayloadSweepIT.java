package io.millrace.runtime.payloads;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class PayloadSweepIT {
    private static final String QUEUE = "invoke.orders";
    private static final Duration AGE = Duration.ofDays(7);

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private EmbeddedBroker broker;
    private BrokerConnection connection;
    private BrokerManagement management;
    private PayloadStore store;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.start(
                EmbeddedBrokerOptions.of(data.resolve("broker")).withFreePorts(), failure -> {});
        connection = join(BrokerConnection.open(vertx, BrokerAddress.local("127.0.0.1", broker.amqpPort()), "test"));
        join(connection.firstUp());
        management = new BrokerManagement(connection);
        join(management.createQueue(new QueueSpec(QUEUE, true)));
        Settings settings = Settings.load(Optional.empty(), List.of("payloads.maxBytes=100000000"));
        store = PayloadStore.open(vertx, settings.payloads(), data, Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        join(connection.close());
        broker.close();
        join(vertx.close());
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private Path oldFile(String name) throws IOException {
        Path file = Files.writeString(data.resolve("payloads").resolve(name), "of old");
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(AGE.plusDays(1))));
    }

    /** Of another id, so that only the property says which file it needs. */
    private void sendLater(String payload) {
        StoredPayload stored = new StoredPayload(payload, 6, "0".repeat(64));
        Message event = EventMessages.durable(
                UUID.randomUUID().toString(),
                stored.standIn(),
                Map.of(EventProperties.PAYLOAD, stored.text(), "shop", "x".repeat(1_000)),
                null);
        long inAnHour = System.currentTimeMillis() + Duration.ofHours(1).toMillis();
        event.setMessageAnnotations(
                new MessageAnnotations(new HashMap<>(Map.of(Symbol.valueOf("x-opt-delivery-time"), inAnHour))));
        join(new Publisher(connection).send(QUEUE, event));
    }

    @Test
    void while_events_wait_for_their_time_their_payloads_are_kept_and_those_of_nobody_are_removed() throws IOException {
        // Given
        String wanted = UUID.randomUUID().toString();
        Path kept = oldFile(wanted);
        Path orphan = oldFile(UUID.randomUUID().toString());
        sendLater(wanted);
        assertThat(join(management.findQueue(QUEUE)).orElseThrow().scheduled()).isOne();
        // When
        int removed = new PayloadSweep(store, connection, management, Clock.systemUTC()).sweep(AGE);
        // Then
        assertThat(removed).isOne();
        assertThat(kept).exists();
        assertThat(orphan).doesNotExist();
    }
}
