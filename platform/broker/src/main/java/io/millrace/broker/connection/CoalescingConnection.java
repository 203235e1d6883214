package io.millrace.broker.connection;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.proton.ProtonClientOptions;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonTransportOptions;
import io.vertx.proton.impl.ProtonConnectionImpl;
import io.vertx.proton.impl.ProtonSaslClientAuthenticatorImpl;

/**
 * A vertx-proton connection that writes once per turn of its event loop instead of once per frame: vertx-proton flushes
 * after each send, settlement and credit, and outside of a socket read each of them is a system call of its own
 * (docs/adr/0003). Event loop only.
 */
final class CoalescingConnection extends ProtonConnectionImpl {
    private final ContextInternal context;
    private boolean flushIsDue;

    private CoalescingConnection(Vertx vertx, String host, ContextInternal context) {
        super(vertx, host, context);
        this.context = context;
    }

    /** Connects and authenticates; called on the context the connection is to live on. Not opened yet. */
    static Future<ProtonConnection> connect(Vertx vertx, ProtonClientOptions options, BrokerAddress address) {
        NetClient client = vertx.createNetClient(options);
        return client.connect(address.port(), address.host())
                .compose(socket -> bind(vertx, client, socket, options, address))
                .onFailure(refused -> client.close());
    }

    private static Future<ProtonConnection> bind(
            Vertx vertx, NetClient client, NetSocket socket, ProtonClientOptions options, BrokerAddress address) {
        Promise<ProtonConnection> authenticated = Promise.promise();
        CoalescingConnection connection =
                new CoalescingConnection(vertx, address.host(), (ContextInternal) vertx.getOrCreateContext());
        connection.disconnectHandler(gone -> authenticated.tryFail("disconnected before the broker answered"));
        ProtonTransportOptions transport = new ProtonTransportOptions();
        transport.setHeartbeat(options.getHeartbeat());
        connection.bindClient(
                client,
                socket,
                new ProtonSaslClientAuthenticatorImpl(
                        address.user().orElse(null),
                        address.password().orElse(null),
                        options.getEnabledSaslMechanisms(),
                        null,
                        answer -> {
                            if (answer.succeeded()) {
                                authenticated.tryComplete(answer.result());
                            } else {
                                authenticated.tryFail(answer.cause());
                            }
                        }),
                transport);
        connection.flushNow();
        return authenticated.future();
    }

    @Override
    public void flush() {
        if (!flushIsDue) {
            flushIsDue = true;
            context.nettyEventLoop().execute(this::flushNow);
        }
    }

    /** What was said last must be out before the socket closes. */
    @Override
    public void disconnect() {
        flushNow();
        super.disconnect();
    }

    private void flushNow() {
        flushIsDue = false;
        super.flush();
    }
}
