package io.millrace.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real broker, by a way on which it may say no more than that it is there. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class InboundLinkTest {
    /** A frame without a body. */
    private static final int HEARTBEAT_BYTES = 8;

    private TestBroker broker;
    private NetClient toBroker;
    private NetServer way;
    private BrokerConnection connection;
    private volatile boolean silent;

    @BeforeEach
    void start(@TempDir Path data) {
        broker = new TestBroker(data);
        toBroker = broker.vertx().createNetClient();
        way = TestBroker.await(
                broker.vertx().createNetServer().connectHandler(this::lead).listen(0, "127.0.0.1"));
        connection = TestBroker.await(BrokerConnection.open(
                broker.vertx(), BrokerAddress.local("127.0.0.1", way.actualPort()), "by the way"));
        TestBroker.await(connection.firstUp());
    }

    @AfterEach
    void stop() {
        TestBroker.await(toBroker.close());
        TestBroker.await(connection.close());
        broker.close();
    }

    private void lead(NetSocket from) {
        from.pause();
        toBroker.connect(broker.amqpPort(), "127.0.0.1").onSuccess(to -> {
            from.handler(to::write);
            to.handler(answer -> {
                if (!silent || answer.length() == HEARTBEAT_BYTES) {
                    from.write(answer);
                }
            });
            to.closeHandler(closed -> from.close());
            from.closeHandler(closed -> to.close());
            from.resume();
        });
    }

    @Test
    void a_link_is_closed_also_when_the_broker_never_says_that_it_is_detached() {
        // Given
        broker.createQueue("orders");
        Promise<InboundLink> attached = Promise.promise();
        connection.run(() -> {
            InboundLink[] link = new InboundLink[1];
            link[0] = new InboundLink(connection, "orders", false, delivery -> {}, () -> {});
            link[0].open();
            attached.complete(link[0]);
        });
        InboundLink link = TestBroker.await(attached.future());
        silent = true;
        // When
        Future<Void> closed =
                Future.future(done -> connection.run(() -> link.close().onComplete(done)));
        // Then
        assertThat(TestBroker.await(closed.map("closed"))).isEqualTo("closed");
    }
}
