package io.millrace.runtime.schedule;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.envelope.EventMessages;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes all that comes to a queue, from outside. */
final class QueueReader implements AutoCloseable {
    final List<String> bodies = new CopyOnWriteArrayList<>();
    final List<Map<String, Object>> properties = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private final BrokerConnection connection;

    QueueReader(int amqpPort, String queue) {
        this.connection =
                ScheduleFloor.await(BrokerConnection.open(vertx, BrokerAddress.local("127.0.0.1", amqpPort), "reader"));
        ScheduleFloor.await(connection.firstUp());
        connection.run(() -> {
            InboundLink[] link = new InboundLink[1];
            link[0] = new InboundLink(
                    connection,
                    queue,
                    false,
                    delivery -> {
                        take(delivery);
                        link[0].grant(1);
                    },
                    () -> link[0].grant(1_000));
            link[0].open();
        });
    }

    private void take(Delivery delivery) {
        properties.add(EventMessages.properties(delivery.message()));
        bodies.add(new String(EventMessages.payload(delivery.message()), StandardCharsets.UTF_8));
        delivery.complete();
    }

    @Override
    public void close() {
        ScheduleFloor.await(connection.close());
        ScheduleFloor.await(vertx.close());
    }
}
