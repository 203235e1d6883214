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
 * A vertx-proton connection that writes once per batch instead of once per frame.
 *
 * <p>vertx-proton flushes after each send, disposition and flow; outside of a socket read that is one system call
 * each. All of them go through {@link #flush}, which this connection holds back while a batch is open.
 *
 * <p>Event loop only.
 */
final class BatchingConnection extends ProtonConnectionImpl {

    private final boolean holdsBack;
    private boolean batching;
    private boolean auto;
    private boolean scheduled;
    private final ContextInternal ctx;

    private BatchingConnection(Vertx vertx, String host, ContextInternal context, boolean holdsBack) {
        super(vertx, host, context);
        this.holdsBack = holdsBack;
        this.ctx = context;
    }

    /** Connects and opens; to be called on the context the connection is to live on. */
    static Future<BatchingConnection> open(Vertx vertx, int port, boolean holdsBack) {
        NetClient client = vertx.createNetClient(new ProtonClientOptions());
        return client.connect(port, "127.0.0.1").compose(socket -> bind(vertx, client, socket, holdsBack));
    }

    private static Future<BatchingConnection> bind(Vertx vertx, NetClient client, NetSocket socket, boolean holdsBack) {
        Promise<ProtonConnection> authenticated = Promise.promise();
        BatchingConnection connection =
                new BatchingConnection(vertx, "127.0.0.1", (ContextInternal) vertx.getOrCreateContext(), holdsBack);
        connection.bindClient(
                client,
                socket,
                new ProtonSaslClientAuthenticatorImpl(null, null, null, null, authenticated::handle),
                new ProtonTransportOptions());
        connection.flush();
        return authenticated.future().compose(ready -> {
            Promise<BatchingConnection> opened = Promise.promise();
            connection.openHandler(result -> opened.handle(result.map(connection)));
            connection.open();
            return opened.future();
        });
    }

    /** Runs the work; what it sends, settles and grants leaves in one write at the end. */
    void batch(Runnable work) {
        if (batching || !holdsBack) {
            work.run();
            return;
        }
        batching = true;
        try {
            work.run();
        } finally {
            batching = false;
        }
        flush();
    }

    @Override
    public void flush() {
        if (batching) {
            return;
        }
        if (auto && holdsBack) {
            if (!scheduled) {
                scheduled = true;
                ctx.nettyEventLoop().execute(this::turnEnded);
            }
            return;
        }
        super.flush();
    }

    private void turnEnded() {
        scheduled = false;
        super.flush();
    }

    void auto() {
        auto = true;
    }
}
