package io.millrace.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;

/**
 * A Vert.x HTTP handler with the broker behind it and no platform: what the gateway is held against.
 *
 * <p>The HTTP server and its connection to the broker share an event loop; who answers, or takes the events, has another.
 */
final class BareGateway implements AutoCloseable {
    private static final int CREDIT = 512;

    private final Vertx vertx;
    private final HttpServer server;

    private BareGateway(Vertx vertx, HttpServer server) {
        this.vertx = vertx;
        this.server = server;
    }

    /** Each request is a call and its answer the reply's body. */
    static BareGateway calls(int amqpPort, String queue) {
        String replyQueue = queue + ".reply";
        return start(vertx -> {
            Context answering = vertx.getOrCreateContext();
            Context serving = vertx.getOrCreateContext();
            return on(answering, () -> RawLinks.open(vertx, amqpPort, replyQueue, queue)
                            .onSuccess(BareGateway::answer))
                    .compose(answerer -> on(serving, () -> RawLinks.open(vertx, amqpPort, queue, replyQueue)
                            .compose(links -> listen(vertx, new Calls(links)::serve))));
        });
    }

    /** Each request is a durable event, answered 202 when the broker has confirmed it. */
    static BareGateway events(int amqpPort, String queue) {
        return start(vertx -> {
            Context taking = vertx.getOrCreateContext();
            Context serving = vertx.getOrCreateContext();
            return on(taking, () -> CoalescingConnection.open(vertx, amqpPort)
                            .compose(connection -> take(connection, queue)))
                    .compose(taker -> on(serving, () -> CoalescingConnection.open(vertx, amqpPort)
                            .compose(connection -> sender(connection, queue))
                            .compose(sender -> listen(vertx, request -> publish(sender, request)))));
        });
    }

    private static BareGateway start(Function<Vertx, Future<HttpServer>> parts) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(1));
        return new BareGateway(vertx, Waiting.on("starting the bare gateway", parts.apply(vertx)));
    }

    private static <T> Future<T> on(Context context, Supplier<Future<T>> task) {
        Promise<T> done = Promise.promise();
        context.runOnContext(turn -> task.get().onComplete(done));
        return done.future();
    }

    private static Future<HttpServer> listen(Vertx vertx, Handler<HttpServerRequest> handler) {
        return vertx.createHttpServer().requestHandler(handler).listen(0, "127.0.0.1");
    }

    private static void answer(RawLinks links) {
        Message reply = Proton.message();
        Credit credit = new Credit(links.receiver());
        links.receiver().handler((delivery, received) -> {
            reply.setCorrelationId(received.getCorrelationId());
            reply.setBody(received.getBody());
            links.sender().send(reply);
            credit.used();
        });
        credit.grant();
    }

    private static Future<Void> take(CoalescingConnection connection, String queue) {
        ProtonReceiver receiver =
                connection.createReceiver(queue).setPrefetch(0).setAutoAccept(false);
        Credit credit = new Credit(receiver);
        receiver.handler((delivery, received) -> {
            delivery.disposition(Accepted.getInstance(), true);
            credit.used();
        });
        Promise<Void> opened = Promise.promise();
        receiver.openHandler(remote -> opened.handle(remote.mapEmpty()));
        receiver.open();
        credit.grant();
        return opened.future();
    }

    private static Future<ProtonSender> sender(CoalescingConnection connection, String queue) {
        ProtonSender sender = connection.createSender(queue);
        Promise<ProtonSender> ready = Promise.promise();
        sender.sendQueueDrainHandler(granted -> ready.tryComplete(sender));
        sender.open();
        return ready.future();
    }

    private static void publish(ProtonSender sender, HttpServerRequest request) {
        request.bodyHandler(body -> {
            Message event = Proton.message();
            event.setDurable(true);
            event.setBody(new Data(new Binary(body.getBytes())));
            sender.send(event, delivery -> request.response().setStatusCode(202).end());
        });
    }

    int port() {
        return server.actualPort();
    }

    @Override
    public void close() {
        Waiting.on("closing the bare gateway", vertx.close());
    }

    /** What is granted and topped up when half of it is used. Event loop only. */
    private static final class Credit {
        private final ProtonReceiver receiver;
        private int used;

        Credit(ProtonReceiver receiver) {
            this.receiver = receiver;
        }

        void grant() {
            receiver.flow(CREDIT);
        }

        void used() {
            if (++used == CREDIT / 2) {
                used = 0;
                receiver.flow(CREDIT / 2);
            }
        }
    }

    /** Requests that wait for their reply. Event loop only. */
    private static final class Calls {
        private final RawLinks links;
        private final Message call = Proton.message();
        private final Map<Long, HttpServerResponse> waiting = new HashMap<>();
        private long calls;

        Calls(RawLinks links) {
            this.links = links;
            Credit credit = new Credit(links.receiver());
            links.receiver().handler((delivery, received) -> {
                answered(received);
                credit.used();
            });
            credit.grant();
        }

        void serve(HttpServerRequest request) {
            request.bodyHandler(body -> {
                calls++;
                waiting.put(calls, request.response());
                call.setCorrelationId(UnsignedLong.valueOf(calls));
                call.setBody(new Data(new Binary(body.getBytes())));
                links.sender().send(call);
            });
        }

        private void answered(Message reply) {
            HttpServerResponse response = waiting.remove(((Number) reply.getCorrelationId()).longValue());
            Binary body = ((Data) reply.getBody()).getValue();
            response.putHeader("Content-Type", "application/json")
                    .end(Buffer.buffer(body.getArray())
                            .slice(body.getArrayOffset(), body.getArrayOffset() + body.getLength()));
        }
    }
}
