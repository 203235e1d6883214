package io.millrace.broker.delivery;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.QueueSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real broker with a connection for management and one for work. Blocking. */
public final class TestBroker implements AutoCloseable {
    private final EmbeddedBroker broker;
    private final Vertx vertx = Vertx.vertx();
    private final BrokerConnection managing;
    private final BrokerConnection working;
    private final BrokerManagement management;

    public TestBroker(Path directory) {
        broker = EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failure -> {});
        managing = connect("manage");
        working = connect("work");
        management = new BrokerManagement(managing);
    }

    private BrokerConnection connect(String name) {
        BrokerAddress address = BrokerAddress.local("127.0.0.1", broker.amqpPort());
        BrokerConnection connection = await(BrokerConnection.open(vertx, address, name));
        await(connection.firstUp());
        return connection;
    }

    int amqpPort() {
        return broker.amqpPort();
    }

    Vertx vertx() {
        return vertx;
    }

    public BrokerManagement management() {
        return management;
    }

    BrokerConnection working() {
        return working;
    }

    void createQueue(String name) {
        await(management.createQueue(new QueueSpec(name, true)));
    }

    long messages(String queue) {
        return await(management.findQueue(queue)).map(QueueState::messages).orElse(-1L);
    }

    public static <T> T await(Future<T> future) {
        return future.timeout(60, TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @Override
    public void close() {
        await(Future.join(working.close(), managing.close()));
        await(vertx.close());
        broker.close();
    }
}
