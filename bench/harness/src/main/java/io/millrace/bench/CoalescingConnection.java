package io.millrace.bench;

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
 * A vertx-proton connection that writes once per turn of its event loop instead of once per frame.
 *
 * <p>vertx-proton flushes after each send, disposition and flow; outside of a socket read each of them is a system
 * call of its own. All of them go through {@link #flush}, which this connection puts off to the end of the turn.
 *
 * <p>Event loop only.
 */
final class CoalescingConnection extends ProtonConnectionImpl {

    private final ContextInternal context;
    private boolean flushIsDue;

    private CoalescingConnection(Vertx vertx, String host, ContextInternal context) {
        super(vertx, host, context);
        this.context = context;
    }

    /** Connects and opens; to be called on the context the connection is to live on. */
    static Future<CoalescingConnection> open(Vertx vertx, int port) {
        NetClient client = vertx.createNetClient(new ProtonClientOptions());
        return client.connect(port, "127.0.0.1").compose(socket -> bind(vertx, client, socket));
    }

    private static Future<CoalescingConnection> bind(Vertx vertx, NetClient client, NetSocket socket) {
        Promise<ProtonConnection> authenticated = Promise.promise();
        CoalescingConnection connection =
                new CoalescingConnection(vertx, "127.0.0.1", (ContextInternal) vertx.getOrCreateContext());
        connection.bindClient(
                client,
                socket,
                new ProtonSaslClientAuthenticatorImpl(null, null, null, null, authenticated::handle),
                new ProtonTransportOptions());
        connection.flush();
        return authenticated.future().compose(ready -> connection.opened());
    }

    private Future<CoalescingConnection> opened() {
        Promise<CoalescingConnection> opened = Promise.promise();
        openHandler(result -> opened.handle(result.map(this)));
        open();
        return opened.future();
    }

    @Override
    public void flush() {
        if (!flushIsDue) {
            flushIsDue = true;
            context.nettyEventLoop().execute(this::flushNow);
        }
    }

    private void flushNow() {
        flushIsDue = false;
        super.flush();
    }
}
