package io.millrace.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.connection.BrokerAddress;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that listens, and says its first word later than nobody at all would be waited for. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SlowBrokerTest {
    private static final Duration AWAY = Duration.ofSeconds(1);

    @Test
    @Timeout(300)
    void a_broker_that_is_slow_is_not_taken_for_one_that_is_away(@TempDir Path directory) {
        Vertx vertx = Vertx.vertx();
        try (BrokerWithFunctions broker = new BrokerWithFunctions(directory)) {
            broker.create("orders");
            // Given
            int slow = BrokerWithFunctions.await(vertx.createNetServer()
                            .connectHandler(socket -> passOnLater(vertx, broker.address(), socket))
                            .listen(0, "127.0.0.1"))
                    .actualPort();
            // When
            try (DeadLetters letters =
                    DeadLetters.connect(BrokerAddress.local("127.0.0.1", slow), AWAY, Duration.ofMinutes(2))) {
                // Then
                assertThat(letters.queue("orders").name()).isEqualTo("dlq.orders");
            }
        } finally {
            BrokerWithFunctions.await(vertx.close());
        }
    }

    private static void passOnLater(Vertx vertx, BrokerAddress broker, NetSocket socket) {
        socket.pause();
        vertx.setTimer(2 * AWAY.toMillis(), now -> vertx.createNetClient()
                .connect(broker.port(), broker.host())
                .onSuccess(behind -> {
                    socket.pipeTo(behind);
                    behind.pipeTo(socket);
                }));
    }
}
